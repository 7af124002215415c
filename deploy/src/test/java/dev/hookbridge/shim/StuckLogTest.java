package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The hook logs, once a minute, and never waits for whoever should read it. */
@ParameterizedClass
@EnumSource(Shim.class)
class StuckLogTest {
  private static final int CALLS = Boolean.getBoolean("hookbridge.full") ? 200 : 20;
  private static final String EMPTY = "log=1";
  private static final String FULL = "log=0";

  @Parameter Shim shim;
  @TempDir Path folder;
  private Trial trial;

  @BeforeEach
  void nothingCanBeWritten() throws IOException {
    Needs.root();
    trial = new Trial(folder).conf("reserve: 100%\nwhen-full: fail-hook\n");
  }

  @Test
  void aFullQueueHoldsNobody() throws IOException {
    for (int i = 0; i < CALLS; i++) {
      forgetThatItLogged();
      Run.Ended ended = call(FULL, i % 2 == 0 ? "reconnect" : "start");
      assertThat(ended.exit()).isEqualTo(i % 2);
      Deadline.kept(Duration.ofMillis(100), ended.took());
      assertThat(ended.out()).as("what reached the log").isEmpty();
    }
    assertThat(trial.lost()).hasSize(CALLS);
  }

  @Test
  void oneDatagramAMinute() throws IOException {
    StringBuilder logged = new StringBuilder();
    for (int i = 0; i < CALLS; i++) {
      logged.append(call(EMPTY, "start").out());
    }
    assertThat(trial.lost()).hasSize(CALLS);
    assertThat(logged.toString().lines())
        .singleElement()
        .asString()
        .matches("<27>hookbridge-hook: call [0-9a-f-]{36}: not written .*, errno 28");
    forgetThatItLogged();
    assertThat(call(EMPTY, "start").out().lines()).hasSize(1);
    assertThat(call(EMPTY, "start").out().lines()).isEmpty();
  }

  /** As if the last datagram had been sent long ago. */
  private void forgetThatItLogged() throws IOException {
    Path log = Files.writeString(trial.run().resolve("log"), String.format("%020d", 1));
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private Run.Ended call(String log, String operation) throws IOException {
    return Run.of(shim, folder).option(log).with("g", operation, "begin", "-").run();
  }
}
