package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run by root, a command becomes the spool's owner, unless it works on what is root's alone. */
class StaysRootIT {
  @TempDir Path folder;

  @Test
  void theSwitchIsRootsAndTheSpoolIsTheAgents() throws Exception {
    Needs.root();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      host.startAgent();
      host.awaitReady();
      assertThat(host.stopAgent()).isZero();
      String spool = host.data.resolve("spool").toString();
      assertThat(Host.run(Duration.ofSeconds(10), "chown", "-R", "nobody", spool).exit()).isZero();

      Host.Ran off = host.hookbridge("decisions", "off");
      assertThat(off.exit()).as(off.output()).isZero();
      Path file = host.data.resolve("etc/gates.off");
      assertThat(Files.getOwner(file).getName()).isEqualTo("root");
      Host.Ran on = host.hookbridge("decisions", "on");
      assertThat(on.exit()).as(on.output()).isZero();
      assertThat(file).doesNotExist();

      Path out = open.resolve("out.jsonl");
      Host.Ran export = host.hookbridge("spool", "export", "--to=" + out);
      assertThat(export.exit()).as(export.output()).isZero();
      assertThat(Files.getOwner(out).getName()).isEqualTo("nobody");
    }
  }
}
