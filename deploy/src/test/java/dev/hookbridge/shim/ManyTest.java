package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls after one another keep their order, calls at once do not disturb one another. */
@ParameterizedClass
@EnumSource(Shim.class)
class ManyTest {
  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void namesSortInTheOrderOfTheCalls() throws IOException {
    Trial trial = new Trial(folder);
    List<String> guests = IntStream.range(0, 50).mapToObj(i -> "g" + i).toList();
    for (String guest : guests) {
      assertThat(Run.of(shim, folder).with(guest, "stopped", "end", "-").run().exit()).isZero();
    }
    assertThat(trial.calls()).extracting(call -> call.field("object")).isEqualTo(guests);
  }

  @Test
  void thirtyTwoAtOnceAllLand() throws Exception {
    Trial trial = new Trial(folder);
    for (int round = 0; round < 5; round++) {
      List<Process> running = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        Process process = Run.of(shim, folder).start();
        running.add(process);
        // A pipe takes it at once. A hook that is left without its stdin ends after 5 s.
        process.getOutputStream().write(new byte[8192]);
        process.getOutputStream().close();
      }
      for (Process process : running) {
        assertThat(process.waitFor()).isZero();
        assertThat(process.getInputStream().read()).isEqualTo(-1);
        assertThat(process.getErrorStream().read()).isEqualTo(-1);
      }
    }
    assertThat(trial.calls()).hasSize(5 * 32).allMatch(call -> call.stdin.length == 8192);
    assertThat(trial.calls()).extracting(call -> call.field("id")).doesNotHaveDuplicates();
    assertThat(trial.lost()).isEmpty();
  }
}
