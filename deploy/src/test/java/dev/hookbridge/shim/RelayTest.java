package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the relay passes on and what it keeps, without a terminal; RootTerminalIT has one. */
class RelayTest {
  private static final String NOBODY = "65534";

  @TempDir Path folder;

  @BeforeEach
  void prepare() {
    Needs.root();
  }

  private static ProcessBuilder relay(String... command) {
    // Whoever runs the tests in the background of a shell has SIGINT and SIGQUIT ignored.
    List<String> words =
        new ArrayList<>(
            List.of("env", "--default-signal", Shim.relay().toString(), NOBODY, NOBODY));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectInput(new File("/dev/null"));
  }

  private static ProcessBuilder shell(String script) {
    return relay("sh", "-c", script);
  }

  private static String said(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(end(process)).as(said).isZero();
    return said;
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ended").isTrue();
    return process.exitValue();
  }

  /** The one that may be left behind is named by its pid. */
  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void theCommandIsTheUsersAndHasNothingOfRoots() throws Exception {
    assertThat(said(shell("id -u; id -g; id -G"))).isEqualTo("65534\n65534\n65534\n");
    assertThat(said(shell("grep -E '^(CapEff|CapPrm|NoNewPrivs)' /proc/self/status")).split("\\s+"))
        .containsExactly("CapPrm:", "0".repeat(16), "CapEff:", "0".repeat(16), "NoNewPrivs:", "1");
    String[] stat = said(shell("cut -d' ' -f1,6,7 /proc/$$/stat; exit 0")).strip().split(" ");
    assertThat(stat[1]).as("a session of its own").isEqualTo(stat[0]);
    assertThat(stat[2]).as("without a terminal").isEqualTo("0");
  }

  /** Those that a shell has open for itself are handed down by everything else. */
  @Test
  void noOtherFileIsOpen() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "of root");
    String inner = "'" + Shim.relay() + "' 65534 65534 sh -c 'ls /proc/$$/fd; cat <&7'";
    Process process =
        new ProcessBuilder("sh", "-c", "exec 7<'" + secret + "' 9<&7; " + inner)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(end(process)).isNotZero();
    assertThat(said).startsWith("0\n1\n2\n").doesNotContain("of root", "\n7\n", "\n9\n");
  }

  @Test
  void pipeGetsEveryByte() throws Exception {
    long seed = System.nanoTime();
    byte[] bytes = new byte[3_000_001];
    new Random(seed).nextBytes(bytes);
    Path from = Files.write(folder.resolve("from"), bytes);
    Path to = folder.resolve("to");
    Process process = relay("cat").redirectInput(from.toFile()).redirectOutput(to.toFile()).start();
    assertThat(end(process)).isZero();
    assertThat(to).as("seed %d", seed).hasBinaryContent(bytes);
  }

  /** Its list is the hook's, character for character: letters of a rare script are shown. */
  @Test
  void aTerminalGetsEveryCharacterThatIsSeen() throws Exception {
    String text = "a\ufff0b\ud804\udcbec\u200fd\u001be";
    Path file = Files.writeString(folder.resolve("text"), text);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String command = "'" + Shim.relay() + "' 65534 65534 cat '" + file + "'";
    ProcessBuilder terminal = new ProcessBuilder("script", "-qefc", command, "/dev/null");
    terminal.environment().put("LC_ALL", "C.UTF-8");
    assertThat(said(terminal.redirectInput(new File("/dev/null"))))
        .contains("a\\u{fff0}b\ud804\udcbec\\u{200f}d\\u{1b}e");
  }

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 7, 7", "kill -TERM $$, 143", "kill -KILL $$, 137", "no-such, 127"})
  void theEndIsTheCommands(String script, int exit) throws Exception {
    assertThat(end(shell(script).start())).isEqualTo(exit);
  }

  @Test
  void aCommandThatIsNotThere() throws Exception {
    Process process = relay("/no/such/java").start();
    assertThat(end(process)).isEqualTo(127);
    assertThat(process.errorReader().readLine())
        .isEqualTo("hookbridge-relay: /no/such/java: No such file or directory");
  }

  @ParameterizedTest
  @CsvSource({"INT", "TERM", "HUP", "QUIT"})
  void aSignalComesThrough(String name) throws Exception {
    Process process =
        shell("trap 'echo got; exit 5' " + name + "; echo ready; while :; do sleep 0.02; done")
            .start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      Run.tool("kill", "-" + name, Long.toString(process.pid()));
      assertThat(out.readLine()).isEqualTo("got");
      assertThat(end(process)).isEqualTo(5);
    }
  }

  /** A command that does not want to end is not root's to wait for. */
  @Test
  void theThirdRequestKills() throws Exception {
    Process process = shell("trap 'echo no' INT; echo ready; while :; do sleep 0.02; done").start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      for (int i = 0; i < 2; i++) {
        Run.tool("kill", "-INT", Long.toString(process.pid()));
        assertThat(out.readLine()).isEqualTo("no");
      }
      Run.tool("kill", "-INT", Long.toString(process.pid()));
      assertThat(end(process)).isEqualTo(137);
    }
  }

  /** Or it would be the agent's user who decides when root's prompt comes back. */
  @Test
  void remainingProcessDelaysNothing() throws Exception {
    Process process =
        shell("(trap '' HUP PIPE; while :; do echo late; done) & echo $!; kill -STOP $!; exit 3")
            .start();
    try (BufferedReader out = process.inputReader()) {
      long behind = 0;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        behind = line.equals("late") ? behind : Long.parseLong(line);
      }
      assertThat(end(process)).isEqualTo(3);
      assertThat(ProcessHandle.of(behind)).isPresent();
      kill(behind);
    }
  }

  /** And he who writes as fast as he can. */
  @Test
  void endlessWriterIsCutOff() throws Exception {
    Process process = shell("(trap '' HUP; yes) & echo $!; sleep 0.2; exit 3").start();
    try (BufferedReader out = process.inputReader()) {
      String pid = "y";
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        pid = line.matches("\\d+") ? line : pid;
      }
      assertThat(end(process)).isEqualTo(3);
      kill(Long.parseLong(pid));
    }
  }

  @Test
  void theCommandEndsWithARelayThatIsKilled() throws Exception {
    Process process = shell("echo $$; exec sleep 600").start();
    try (BufferedReader out = process.inputReader()) {
      long pid = Long.parseLong(out.readLine());
      process.destroyForcibly().waitFor();
      Awaitility.await().until(() -> ProcessHandle.of(pid).isEmpty());
    }
  }

  @Test
  void ignoredHangupStaysIgnored() throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "trap '' HUP; exec '" + Shim.relay() + "' 65534 65534 sh -c 'echo ready; read x'")
            .start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      Run.tool("kill", "-HUP", Long.toString(process.pid()));
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(end(process)).isZero();
    }
  }

  @Test
  void aReaderWhoHasEnoughEndsIt() throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "'" + Shim.relay() + "' 65534 65534 yes | head -n 1")
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("y");
    assertThat(end(process)).isZero();
  }

  /** For a service: no process more than it had, and its pid is the one that was started. */
  @Test
  void inPlaceWhereNoTerminalIs() throws Exception {
    Process process =
        new ProcessBuilder(
                "setsid",
                Shim.relay().toString(),
                "--in-place",
                NOBODY,
                NOBODY,
                "sh",
                "-c",
                "echo $$; id -u")
            .redirectInput(new File("/dev/null"))
            .start();
    assertThat(process.inputReader().lines()).containsExactly(Long.toString(process.pid()), NOBODY);
    assertThat(end(process)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "4294967295", "nobody", "' '", "1x"})
  void noOtherUserIsBecome(String uid) throws Exception {
    Process process = new ProcessBuilder(Shim.relay().toString(), uid, NOBODY, "id").start();
    assertThat(process.inputReader().readLine()).isNull();
    assertThat(end(process)).isEqualTo(125);
  }
}
