package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.rule;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A trial folder whose gates file a test writes; it gates by {@link #RULE} or not at all. */
abstract class GatesTrial {
  static final String RULE = rule("r", "* * * * -", 1000, "veto");

  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path outer;

  Path folder;
  Path file;
  Trial trial;
  TestGate gate;

  @BeforeEach
  final void makeFolder() throws IOException {
    folder = outer.resolve("trial");
    trial = new Trial(folder);
    gate = new TestGate(trial);
    file = trial.gates().resolve("gates");
  }

  final void assertGated(boolean gated, String field) throws IOException {
    GatesProbe.assertGated(shim, trial, gated, field);
  }
}
