package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Root runs a command at his terminal, and all that the agent's user runs of it is hostile: a
 * library in the JVM reaches for the terminal in every way, at once and when the command has ended.
 */
class RootTerminalIT {
  private static final String NOBODY = "65534";

  @TempDir Path folder;
  private Path grab;
  private Map<String, String> environment;
  private Host host;

  @BeforeEach
  void prepare() throws Exception {
    Needs.root();
    Needs.command("script");
    Needs.command("setpriv");
    Needs.command("cc");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    grab = Files.createDirectory(folder.resolve("grab"));
    Files.setPosixFilePermissions(grab, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path library = folder.resolve("grab.so");
    Path source = Repository.file("deploy/src/test/resources/terminal/grab.c");
    Patient.sh("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    host = new Host(folder, "kvm-07", "  local: { type: file, path: " + grab + "/events.jsonl }\n");
    host.startAgent();
    host.awaitReady();
    assertThat(host.stopAgent()).isZero();
    for (String name : List.of("mail/new", "spool", "gates.d")) {
      Patient.sh("chown", "-R", NOBODY + ":" + NOBODY, host.data.resolve(name).toString());
    }
    environment = new HashMap<>(host.environment());
    environment.put("GRAB", grab.toString());
    environment.put("JAVA_TOOL_OPTIONS", "-agentpath:" + library);
  }

  @AfterEach
  void end() {
    host.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"spool list", "spool status", "check", "doctor --no-send", "--version", "tail -h"})
  void nobodyGetsAtIt(String words) throws Exception {
    String command = Host.DISTRIBUTION + "/bin/hookbridge " + words;
    // A descriptor that root's shell has open for itself is an open door too.
    String shell = "exec 7<>/dev/tty; " + command + "; echo it ended; head -n 1; echo it was read";
    try (Terminal terminal = new Terminal(folder.resolve("screen"), environment, shell)) {
      terminal.await("it ended");
      await("open"); // the library was there
      Files.createFile(grab.resolve("go"));
      await("done");
      assertThat(new TreeSet<>(Files.readAllLines(grab.resolve("open")))).containsExactly("ran 0");
      terminal.type("typed by root\n");
      terminal.await("it was read");
      assertThat(terminal.end()).isZero();
      assertThat(terminal.screen())
          .contains("typed by root")
          .doesNotContain("typed by nobody", "\033", "\007", "late");
      if (!words.startsWith("doctor")) {
        assertThat(terminal.screen()).contains(harmless());
      }
    }
  }

  /** What lets code in is closed, and the command is as it would be without all this. */
  @Test
  void aCommandThatGoesOn() throws Exception {
    String command = Host.DISTRIBUTION + "/bin/hookbridge tail";
    String shell = "trap : INT; " + command + "; echo it ended with $?";
    try (Terminal terminal = new Terminal(folder.resolve("screen"), host.environment(), shell)) {
      terminal.await("reading local");
      Path events = grab.resolve("events.jsonl");
      String line = Files.readAllLines(events).get(0) + "\n";
      Files.writeString(events, line, StandardOpenOption.APPEND);
      terminal.await("agent.started");
      Host.Ran attached = jcmd(terminal.java());
      assertThat(attached.exit()).as(attached.output()).isNotZero();
      assertThat(attached.output()).doesNotContain("JDK");
      terminal.type("\003");
      terminal.await("it ended with 130");
      assertThat(terminal.end()).isZero();
    }
  }

  private static Host.Ran jcmd(long pid) throws IOException {
    return Host.run(
        Duration.ofSeconds(60),
        "setpriv",
        "--reuid=" + NOBODY,
        "--regid=" + NOBODY,
        "--clear-groups",
        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
        Long.toString(pid),
        "VM.version");
  }

  /** As it is shown, in the terminal's own bytes. */
  private static String harmless() {
    return "begin\\u{1b}]0;early\\u{7} \\u{9b} \\x{9b} \\u{202e} \\u{d}\\u{8}\\u{7f} w\u00c3\u00b6rter end";
  }

  private void await(String name) {
    Awaitility.await(name)
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(grab.resolve(name)));
  }
}
