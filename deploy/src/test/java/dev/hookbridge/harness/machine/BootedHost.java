package dev.hookbridge.harness.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A whole host with its own kernel, systemd, libvirt and AppArmor or SELinux, emulated by QEMU.
 * {@code deploy/hosts/machine.sh} runs it, {@code deploy/hosts/image.sh} makes its disk. Commands
 * go in by ssh. All methods are called from one thread.
 */
public final class BootedHost implements AutoCloseable {
  /** An emulated machine beside other work is slow: this is a limit, not an expectation. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private final Path folder;
  private final Path key;
  private final int port;
  private final Process machine;
  private final BufferedReader said;

  /** What confines programs on the host. */
  public enum Security {
    APPARMOR,
    ENFORCING,
    PERMISSIVE
  }

  /** What a command printed on both streams. */
  public record Said(int exit, String text) {}

  /**
   * Starts a host and waits for its boot.
   *
   * @param folder for its disk
   * @param broker a port of this machine that the host reaches as 10.0.2.100:5672, or 0
   */
  public static BootedHost start(Path folder, Security security, int broker) throws IOException {
    Needs.root();
    for (String command : new String[] {"qemu-system-x86_64", "nbdkit", "mmdebstrap", "ssh"}) {
      Needs.command(command);
    }
    Path image = Path.of(output(Repository.file("deploy/hosts/image.sh").toString()).strip());
    BootedHost host = new BootedHost(folder, image, security, broker);
    try {
      host.awaitBoot("true");
    } catch (Throwable e) {
      host.close();
      throw e;
    }
    return host;
  }

  private BootedHost(Path folder, Path image, Security security, int broker) throws IOException {
    this.folder = folder;
    this.key = image.resolve("key");
    this.port = FreePort.find();
    List<String> command =
        new ArrayList<>(List.of(Repository.file("deploy/hosts/machine.sh").toString()));
    command.addAll(List.of(image.toString(), folder.toString(), Integer.toString(port)));
    command.add(security.name().toLowerCase(Locale.ROOT));
    if (broker != 0) {
      command.add(Integer.toString(broker));
    }
    machine =
        new ProcessBuilder(command).redirectError(folder.resolve("machine.log").toFile()).start();
    said =
        new BufferedReader(new InputStreamReader(machine.getInputStream(), StandardCharsets.UTF_8));
    ready();
  }

  private void ready() throws IOException {
    String line = said.readLine();
    assertThat(line).as(Files.readString(folder.resolve("machine.log"))).isEqualTo("ready");
  }

  private static String output(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return text;
  }

  private List<String> ssh(String... words) {
    List<String> command =
        new ArrayList<>(List.of("ssh", "-F", "none", "-q", "-i", key.toString()));
    for (String option :
        new String[] {
          "StrictHostKeyChecking=no",
          "UserKnownHostsFile=/dev/null",
          "ConnectTimeout=60",
          "ServerAliveInterval=20",
          "ServerAliveCountMax=15",
          "ControlMaster=auto",
          "ControlPersist=yes",
          "ControlPath=" + folder.resolve("ssh")
        }) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of("-p", Integer.toString(port), "root@127.0.0.1"));
    command.addAll(List.of(words));
    return command;
  }

  private Said run(File in, String line) throws IOException {
    Path out = Files.createTempFile(folder, "said", "");
    Process process =
        new ProcessBuilder(ssh("export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 PAGER=cat; " + line))
            .redirectInput(in)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).as("%s did not end:%n%s", line, Files.readString(out)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return new Said(process.exitValue(), Files.readString(out));
  }

  /** Runs a line of the shell there, as root. */
  public Said run(String line) throws IOException {
    return run(new File("/dev/null"), line);
  }

  /** Runs a line that has to succeed; what it said. */
  public String done(String line) throws IOException {
    Said answer = run(line);
    assertThat(answer.exit()).as("%s%n%s", line, answer.text()).isZero();
    return answer.text();
  }

  /** Until a line succeeds. */
  public void await(String what, String line) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .failFast(() -> assertThat(machine.isAlive()).isTrue())
        .untilAsserted(() -> done(line));
  }

  /** Copies a file into the host. */
  public void put(Path file, String there) throws IOException {
    Said answer = run(file.toFile(), "cat >" + there);
    assertThat(answer.exit()).as(answer.text()).isZero();
  }

  /** Writes a file in the host. */
  public void write(String text, String there) throws IOException {
    Path file = Files.createTempFile(folder, "put", "");
    Files.writeString(file, text);
    put(file, there);
  }

  /** Cuts the power and starts the host again. What it had not flushed is lost. */
  public void cut() throws IOException {
    forget();
    machine.getOutputStream().write("cut\n".getBytes(StandardCharsets.UTF_8));
    machine.getOutputStream().flush();
    ready();
    awaitBoot("true");
  }

  /** Until the boot is done that a line is true in. */
  private void awaitBoot(String line) {
    Awaitility.await("the boot")
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .failFast(() -> assertThat(machine.isAlive()).isTrue())
        .untilAsserted(
            () -> {
              forget(); // a connection to a host that went away hangs
              done(line + " && systemctl is-system-running --wait | grep -Eq 'running|degraded'");
            });
  }

  /** Boots the host again, as an operator does. */
  public void reboot() throws IOException {
    String boot = done("cat /proc/sys/kernel/random/boot_id").strip();
    run("systemctl reboot");
    awaitBoot("grep -qv " + boot + " /proc/sys/kernel/random/boot_id");
  }

  /** Ends the connection that all commands share. */
  private void forget() throws IOException {
    List<String> command = new ArrayList<>(ssh());
    command.addAll(1, List.of("-O", "exit"));
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    Files.deleteIfExists(folder.resolve("ssh"));
  }

  /** Keeps the logs of the emulation, for who looks for a fault. */
  private void keepLogs() throws IOException {
    Path kept = Files.createDirectories(Repository.file("deploy").resolve("target/hosts"));
    for (String name : new String[] {"console", "qemu.log", "nbdkit.log", "machine.log"}) {
      if (Files.exists(folder.resolve(name))) {
        Files.copy(folder.resolve(name), kept.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @Override
  public void close() throws IOException {
    forget();
    keepLogs();
    machine.getOutputStream().close();
    try {
      machine.waitFor(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      machine.descendants().forEach(ProcessHandle::destroyForcibly);
      machine.destroyForcibly();
    }
  }
}
