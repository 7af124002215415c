package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says to type, typed. */
class RunningIT {
  @TempDir Path home;

  @Test
  void theEventIsThereAlthoughTheAgentCameLater() throws Exception {
    Needs.command("bash");
    Path etc = Files.createDirectories(home.resolve("hookbridge-trial/etc"));
    Files.writeString(etc.resolve("hookbridge.yaml"), "host: kvm-07.example.org\nhttp: off\n");
    String typed = Page.of("README.md").block("run");
    // The shell of a person goes on; this one ends, and its agent with it.
    Path script = Files.writeString(home.resolve("typed"), "trap 'kill $!; wait' EXIT\n" + typed);
    Path said = home.resolve("said");
    ProcessBuilder builder = new ProcessBuilder("bash", "-eu", script.toString());
    builder.directory(Repository.root().toFile());
    builder.environment().put("HOME", home.toString());
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(said.toFile()).redirectErrorStream(true);
    Process shell = builder.start();
    try {
      assertThat(shell.waitFor(120, TimeUnit.SECONDS))
          .as("ended: %s", Files.readString(said))
          .isTrue();
    } finally {
      shell.descendants().forEach(ProcessHandle::destroy);
      shell.destroyForcibly();
    }
    assertThat(Files.readString(said))
        .contains("0 exits other than 0")
        .containsPattern("kvm-07\\.example\\.org +agent\\.started")
        .containsPattern("kvm-07\\.example\\.org +qemu\\.started +web1");
  }
}
