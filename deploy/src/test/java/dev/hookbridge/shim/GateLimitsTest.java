package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.answer;
import static dev.hookbridge.shim.TestGate.rule;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be gated at all, and what a veto never does. */
@ParameterizedClass
@EnumSource(Shim.class)
class GateLimitsTest extends GateTrial {

  @ParameterizedTest
  @CsvSource({
    "qemu, started, decided, 1", "qemu, started, timeout, 0", "qemu, started, error, 0",
    "qemu, started, no-decider, 0", "lxc, started, busy, 0", "network, port-created, decided, 1",
    "network, port-created, timeout, 0"
  })
  void aDestructiveOperationFailsByADecidersWordOnly(
      String driver, String operation, String cause, int exit) throws IOException {
    trial.conf("allow-destructive: started port-created\n");
    gate.rules(rule("r", ALL, 5000, "veto")).answering(answer(1, cause, "r", "why"));
    Run.Ended ended = run(driver, operation);
    assertThat(ended.exit()).isEqualTo(exit);
    assertThat(ended.err().isEmpty()).isEqualTo(exit == 0);
    assertThat(outcome().field("exit")).isEqualTo("" + exit);
    assertThat(outcome().field("cause")).isEqualTo(cause);
  }

  @Test
  void aDestructiveOperationNeverFailsByDefault() throws IOException {
    trial.conf("allow-destructive: started\n");
    gate.rules(rule("r", ALL, 200, "veto")).silent();
    succeeds(run("qemu", "started"));
    assertThat(outcome().field("cause")).isEqualTo("timeout");
    assertThat(outcome().field("rules")).isEqualTo("r=allow");
  }

  /** What libvirt does not let a hook abort is not gated, whatever rules and agent say. */
  @ParameterizedTest
  @CsvSource({
    "qemu, reconnect",
    "lxc, reconnect",
    "libxl, reconnect",
    "network, reconnect",
    "qemu, started",
    "qemu, stopped",
    "qemu, release",
    "qemu, attach",
    "qemu, unheard-of",
    "qemu, ''",
    "network, started",
    "network, port-created",
    "network, updated",
    "network, prepare",
    "daemon, start",
    "daemon, reload",
    "other, start"
  })
  void theRestCannotBeGated(String driver, String operation) throws IOException {
    if (operation.equals("reconnect") || driver.equals("network")) {
      trial.conf("allow-destructive: started " + (operation.contains("-") ? "" : "port-created"));
    }
    String exact = driver + " " + (operation.isEmpty() ? "*" : operation) + " begin guest -";
    gate.rules(rule("all", ALL, 5000, "veto"), rule("exact", exact, 5000, "veto"));
    gate.answering(answer(1, "decided", "all", "never"));
    succeeds(run(driver, operation));
    assertThat(gate.asks).isEmpty();
    assertThat(trial.files()).hasSize(1);
    assertThat(trial.onlyCall().fields).doesNotContainKey("gates");
  }

  @ParameterizedTest
  @ValueSource(strings = {"migrate", "restore"})
  void aVetoPrintsNothingWhereLibvirtTakesStdoutForTheDomain(String operation) throws IOException {
    gate.rules(rule("r", ALL, 5000, "veto")).answering(answer(1, "decided", "r", "no"));
    assertThat(call(operation).exit()).isOne(); // and call() wants an empty stdout
    gate.close();
    assertThat(call(operation).exit()).isOne();
  }

  @Test
  void theBreakGlassFileEndsAllAsking() throws IOException {
    gate.rules(rule("r", ALL, 5000, "veto")).answering(answer(1, "decided", "r", "no"));
    Path off = Files.writeString(folder.resolve("etc/gates.off"), "");
    succeeds(call("start"));
    Files.delete(off);
    Files.createSymbolicLink(off, Path.of("/nonexistent"));
    succeeds(call("start"));
    assertThat(trial.outcomes()).isEmpty();
    Files.delete(off);
    assertThat(call("start").exit()).isOne();
  }

  private Run.Ended call(String operation) throws IOException {
    return run("qemu", operation);
  }

  private Run.Ended run(String driver, String operation) throws IOException {
    Run.Ended ended =
        Run.of(shim, folder)
            .as("/etc/libvirt/hooks/" + driver)
            .with("guest", operation, "begin", "-")
            .stdin("<domain/>".getBytes(StandardCharsets.UTF_8))
            .run();
    assertThat(ended.out()).isEmpty();
    return ended;
  }

  private static void succeeds(Run.Ended ended) {
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
  }

  private Mail outcome() throws IOException {
    assertThat(trial.outcomes()).hasSize(1);
    return trial.outcomes().get(0);
  }
}
