package dev.hookbridge.shim;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A trial folder whose agent is alive and answers as a test says. */
abstract class GateTrial {
  static final String ALL = "* * * * -";

  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path folder;

  Trial trial;
  TestGate gate;

  @BeforeEach
  final void makeFolder() throws IOException {
    trial = new Trial(folder);
    gate = new TestGate(trial).alive();
  }

  @AfterEach
  final void closeGate() throws IOException {
    gate.close();
  }
}
