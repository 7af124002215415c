package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hook that ends by a signal has failed for libvirt, so none that can be caught ends one. Only
 * the plain build: the sanitizers take some of these signals for themselves.
 */
class SignalTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HUP", "INT", "QUIT", "PIPE", "ALRM", "TERM", "USR1", "USR2", "CHLD", "TSTP", "TTIN",
        "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "STKFLT", "32", "33",
        "34", "64"
      })
  void aSignalFromOutsideChangesNothing(String signal) throws Exception {
    Trial trial = new Trial(folder);
    Process process = waiting("reconnect");
    Run.tool("kill", "-" + signal, "" + process.pid());
    process.getOutputStream().write("<domain/>".getBytes());
    process.getOutputStream().close();
    assertThat(process.waitFor()).isZero();
    assertThat(trial.onlyCall().stdin).asString().isEqualTo("<domain/>");
  }

  @ParameterizedTest
  @CsvSource({"SEGV, 11", "BUS, 7", "ILL, 4", "FPE, 8", "ABRT, 6", "TRAP, 5", "SYS, 31"})
  void aFaultOfItsOwnEndsInSuccess(String signal, int number) throws Exception {
    new Trial(folder);
    Process process = waiting("reconnect");
    Run.tool("kill", "-" + signal, "" + process.pid());
    assertThat(process.waitFor()).isZero();

    Process ignoring = Run.of(Shim.PLAIN, folder).option("ignore=" + number).start();
    awaitDefences(ignoring);
    Run.tool("kill", "-" + signal, "" + ignoring.pid());
    assertThat(ignoring.waitFor()).isZero();
  }

  @Test
  void anInheritedIgnoredChildSignalDoesNotMatter() throws IOException {
    Trial trial = new Trial(folder);
    assertThat(Run.of(Shim.PLAIN, folder).option("ignore=17").run().exit()).isZero();
    assertThat(trial.calls()).hasSize(1);
  }

  /** Of a process that may not be dumped, /proc belongs to root, whoever runs it. */
  @Test
  void aCrashLeavesNoCore() throws Exception {
    Needs.root();
    Process process = Run.of(Shim.PLAIN, folder).option("uid=65534").start();
    awaitDefences(process);
    Path descriptors = Path.of("/proc/" + process.pid() + "/fd");
    assertThat(Files.getOwner(descriptors)).hasToString("root");
    process.getOutputStream().close();
    assertThat(process.waitFor()).isZero();
  }

  private Process waiting(String operation) throws IOException {
    Process process = Run.of(Shim.PLAIN, folder).with("g", operation, "begin", "-").start();
    awaitDefences(process);
    return process;
  }

  /** The program has been executed, and waits for its stdin with all signals blocked. */
  private static void awaitDefences(Process process) {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> Files.readString(status).matches("(?s).*SigBlk:\tf{6}.*"));
  }
}
