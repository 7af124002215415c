package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.envelope.Operations.Operation;
import dev.hookbridge.testing.Recordings;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationsTest {
  @Test
  void everyRecordedCallIsInTheTable() {
    for (Recordings.Recorded call : Recordings.all()) {
      Operation operation = Operations.find(call.driver(), call.operation()).orElseThrow();
      assertThat(operation.suboperations()).contains(call.args().get(2));
    }
  }

  @Test
  void onlyWhatHasNotBegunCanBeAborted() {
    assertThat(words(Operation::abortable))
        .containsExactly(
            "qemu.prepare",
            "qemu.start",
            "qemu.migrate",
            "qemu.restore",
            "lxc.prepare",
            "lxc.start",
            "libxl.prepare",
            "libxl.start",
            "libxl.migrate",
            "bhyve.prepare",
            "bhyve.start",
            "network.start");
    assertThat(words(Operation::destructive))
        .containsExactly(
            "qemu.started",
            "lxc.started",
            "libxl.started",
            "bhyve.started",
            "network.port-created");
  }

  @Test
  void anOperationStandsOnce() {
    assertThat(words(o -> true)).doesNotHaveDuplicates().hasSize(38);
  }

  @Test
  void wordsOfOthersAreUnknown() {
    assertThat(Operations.driverWord("vmware")).isEqualTo("unknown");
    assertThat(Operations.driverWord("unknown")).isEqualTo("unknown");
    assertThat(Operations.operationWord("unknown", "start")).isEqualTo("unknown");
    assertThat(Operations.operationWord("qemu", "port-created")).isEqualTo("unknown");
    assertThat(Operations.operationWord("network", "port-created")).isEqualTo("port-created");
    assertThat(Operations.suboperationWord("")).isEqualTo("-");
    assertThat(Operations.suboperationWord("middle")).isEqualTo("unknown");
  }

  private static List<String> words(java.util.function.Predicate<Operation> wanted) {
    return Operations.all().stream().filter(wanted).map(o -> o.driver() + "." + o.name()).toList();
  }
}
