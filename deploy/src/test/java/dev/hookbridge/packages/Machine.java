package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A copy of this machine in memory, for packages to be installed on: {@code deploy/e2e/machine.sh}
 * makes it, with systemd running in it or without. This one stays as it is.
 */
final class Machine implements AutoCloseable {
  /** A line that lists what somebody finds who thinks that nothing is left. */
  static final String LEFT = "find /etc /usr /var/lib /var/log /run -xdev -name '*hookbridge*'";

  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private final Path folder;
  private final Process outer;
  private final long init;

  /** What a command printed on both streams. */
  record Said(int exit, String text) {}

  private Machine(Path folder, String way) throws IOException {
    this.folder = folder;
    Path log = folder.resolve("machine.log");
    outer =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                Repository.file("deploy/e2e/machine.sh").toString(),
                folder.toString(),
                way)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Awaitility.await("the machine")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(outer.isAlive()).as(Files.readString(log)).isTrue())
        .until(() -> Files.readString(log).contains("ready\n"));
    init = outer.children().findFirst().orElseThrow().pid();
  }

  /**
   * One that has systemd as its first process.
   *
   * @param folder its {@code in/} becomes {@code /root/in}
   */
  static Machine booted(Path folder) throws IOException {
    prerequisites();
    Needs.command("systemd-nspawn");
    return new Machine(folder, "boot");
  }

  /** One without systemd, as an installer has it in a chroot. */
  static Machine plain(Path folder) throws IOException {
    prerequisites();
    return new Machine(folder, "plain");
  }

  private static void prerequisites() {
    Needs.root();
    Needs.command("unshare");
    Needs.command("nsenter");
    Needs.command("dpkg");
  }

  /** Runs a line of the shell in there, as root. */
  Said run(String line) throws IOException {
    Path out = Files.createTempFile(folder, "said", "");
    Process process = start(line, out);
    try {
      boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended).as("%s did not end:%n%s", line, Files.readString(out)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return new Said(process.exitValue(), Files.readString(out));
  }

  /** Runs a line that has to succeed; what it said. */
  String done(String line) throws IOException {
    Said said = run(line);
    assertThat(said.exit()).as("%s%n%s", line, said.text()).isZero();
    return said.text();
  }

  Process start(String line, Path out) throws IOException {
    List<String> command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(init)));
    command.addAll(List.of("--mount", "--pid", "--", folder.resolve("enter").toString()));
    command.addAll(List.of("sh", "-c", "cd /; " + line));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(out.toFile())
        .start();
  }

  /** Until a line succeeds. */
  void await(String what, String line) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> done(line));
  }

  @Override
  public void close() throws IOException {
    outer.getOutputStream().close();
    try {
      assertThat(outer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      outer.descendants().forEach(ProcessHandle::destroyForcibly);
      outer.destroyForcibly();
    }
  }
}
