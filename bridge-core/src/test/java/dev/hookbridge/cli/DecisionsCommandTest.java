package dev.hookbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The switch and what it shows, without agent, broker or even a configuration. */
class DecisionsCommandTest {
  @TempDir Path folder;

  private record Ended(int exit, String out) {}

  private Ended run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("HOOKBRIDGE_DATA_DIR", folder.toString());
    builder.environment().put("SUDO_USER", "alice");
    builder.redirectErrorStream(true).redirectOutput(said.toFile());
    Process process = builder.start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(said));
  }

  private void gates(String line) throws IOException {
    Path gates = Files.createDirectories(folder.resolve("gates.d"));
    Files.write(
        gates.resolve("gates"),
        dev.hookbridge.record.Records.gates(line.isEmpty() ? "" : line + "\n"));
  }

  @Test
  void offAndOnAgain() throws Exception {
    Path off = folder.resolve("etc/gates.off");
    Ended first = run("decisions", "off");
    assertThat(first.exit()).as(first.out()).isZero();
    assertThat(off).content(StandardCharsets.UTF_8).startsWith("off by alice at ");
    Ended status = run("decisions", "status");
    assertThat(status.out())
        .contains("switch   off by alice: " + off)
        .contains("rules    none, so no hook asks: there is no gates file")
        .contains("agent    not needed: there are no rules")
        .doesNotContain("absent", "socket");
    assertThat(status.exit()).isZero();
    assertThat(run("decisions", "on").exit()).isZero();
    assertThat(off).doesNotExist();
    assertThat(run("decisions", "on").exit()).as("on when it is on").isZero();
  }

  /** An agent that has no rules to answer for is not away. */
  @Test
  void withoutRules() throws Exception {
    gates("");
    Ended status = run("decisions", "status");
    assertThat(status.exit()).as(status.out()).isZero();
    assertThat(status.out())
        .contains("rules    none, so no hook asks")
        .contains("agent    not needed: there are no rules")
        .doesNotContain("absent", "socket");
  }

  @Test
  void hooksStatusWithoutHooks() throws Exception {
    Path hooks = Files.createDirectory(folder.resolve("hooks"));
    Ended status = run("hooks", "status", "--dir=" + hooks, "--libvirt=9.0.0");
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.out())
        .contains("there is no hook of hookbridge in " + hooks + ": put it there by 'hookbridge")
        .doesNotContain("DRIVER");
  }

  @Test
  void statusShowsWhatHooksSee() throws Exception {
    gates("a\tqemu\tprepare\tbegin\t*\t-\t2000\tallow\tveto\tallow\t-");
    Files.writeString(folder.resolve("gates.d/alive"), "00000000000000000001");
    Files.createFile(folder.resolve("gates.d/gate.sock"));
    assertThat(run("decisions", "status").out())
        .contains("switch   on")
        .contains("agent    absent, last stamped ")
        .contains("is not a socket")
        .contains("rules    1")
        .contains("rule     a: qemu.prepare.begin of *, exempt -, 2000 ms, on-timeout allow");
    Files.writeString(folder.resolve("gates.d/gates"), "torn");
    assertThat(run("decisions", "status").out())
        .contains("rules    the gates file cannot be used, so no hook asks: it is cut short;");
  }
}
