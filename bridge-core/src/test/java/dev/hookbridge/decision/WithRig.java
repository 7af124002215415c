package dev.hookbridge.decision;

import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of decisions over the real socket share: a folder for the {@link Rig}, and replies.
 */
public abstract class WithRig {
  public static final String ALLOW = "{\"decision\":\"allow\"}";
  public static final String VETO = "{\"decision\":\"veto\",\"reason\":\"no room\"}";

  @TempDir protected Path folder;

  @BeforeEach
  final void calm() {
    FakeTransport.reset();
  }

  static String said(String decision, String decider) {
    return "{\"decision\":\"" + decision + "\",\"decider\":\"" + decider + "\"}";
  }

  /** What a shim asks with. */
  static byte[] record() {
    return ShimDouble.call(
        "qemu",
        List.of("web1", "prepare", "begin", "-"),
        Rig.GUEST.getBytes(StandardCharsets.UTF_8));
  }
}
