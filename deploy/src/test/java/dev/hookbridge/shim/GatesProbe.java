package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import java.io.IOException;
import java.time.Duration;

/** Tells by one call whether a gates file, whose rules veto when no agent runs, is believed. */
final class GatesProbe {
  private GatesProbe() {}

  /**
   * @param field what the call's record says of the file, {@code null} for nothing
   */
  static void assertGated(Shim shim, Trial trial, boolean gated, String field) throws IOException {
    int before = trial.files().size();
    Run.Ended ended = Run.of(shim, trial.folder).run();
    assertThat(ended.exit()).isEqualTo(gated ? 1 : 0);
    assertThat(ended.out()).isEmpty();
    Deadline.kept(Duration.ofSeconds(5), ended.took());
    assertThat(trial.files()).hasSize(before + (gated ? 2 : 1));
    Mail call = trial.calls().get(trial.calls().size() - 1);
    if (field == null) {
      assertThat(call.fields).doesNotContainKey("gates");
    } else {
      assertThat(call.field("gates")).isEqualTo(field);
    }
    Run reconnect = Run.of(shim, trial.folder).with("guest", "reconnect", "begin", "-");
    assertThat(reconnect.run().exit()).isZero();
  }
}
