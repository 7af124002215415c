package dev.hookbridge.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.opentest4j.TestAbortedException;

/**
 * What a test needs of its machine. Where it is missing the test is reported as not run, with the
 * reason; in CI (the environment has CI=true) it fails, so that no check is lost in silence.
 */
public final class Needs {
  private Needs() {}

  public static void root() {
    require("root".equals(System.getProperty("user.name")), "root");
  }

  /** An ext4 of one's own that can be filled, frozen and made read-only. */
  public static void loopMounts() {
    root();
    for (String name : new String[] {"mkfs.ext4", "mount", "umount", "losetup", "fsfreeze"}) {
      command(name);
    }
    require(Files.exists(Path.of("/dev/loop-control")), "loop devices");
  }

  public static void command(String name) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    require(
        Arrays.stream(path.split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))),
        "the command " + name);
  }

  private static void require(boolean there, String what) {
    if (there) {
      return;
    }
    String reason = "not run: needs " + what;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(reason);
    }
    throw new TestAbortedException(reason);
  }
}
