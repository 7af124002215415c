package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Checks prerequisites that a machine may lack. A missing prerequisite aborts the test with a
 * sentence that says what to install. {@code ./verify} lists these sentences at its end. With
 * {@code CI=true} in the environment the test fails instead, so that no test is skipped unnoticed.
 */
public final class Needs {
  private static final StackWalker CALLERS = StackWalker.getInstance();

  private Needs() {}

  /** Requires a program on the {@code PATH}, or in Debian's folders for root. */
  public static void command(String name) {
    Map<String, String> environment = System.getenv();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
    for (String folder : List.of(path.split(":", -1))) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return;
      }
    }
    missing("the command '" + name + "' is not on the PATH: install it");
  }

  /**
   * Requires a module of Python 3, and returns the interpreter that has it. The distribution's
   * interpreter may not be the first on the {@code PATH}.
   *
   * @param debian the Debian package of the module
   */
  public static String python(String module, String debian) {
    command("python3");
    for (String python : List.of("python3", "/usr/bin/python3")) {
      if (succeeds(python, "-c", "import " + module)) {
        return python;
      }
    }
    missing("python3 has no module " + module + ": install " + debian);
    return "";
  }

  private static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Requires root, for example to change owners. */
  public static void root() {
    that("root".equals(System.getProperty("user.name")), "root is needed: run the build as root");
  }

  /** Requires file systems that a test can fill, freeze and make read-only. */
  public static void loopMounts() {
    root();
    for (String name : new String[] {"mkfs.ext4", "mount", "umount", "losetup", "fsfreeze"}) {
      command(name);
    }
    that(
        Files.exists(Path.of("/dev/loop-control")),
        "there are no loop devices: load the module loop");
  }

  /** Requires the programs of a newer Debian, which {@code deploy/broker/suite} unpacks. */
  public static void suite(String name) {
    root();
    String script = Repository.file("deploy/broker/suite").toString();
    that(
        succeeds(script, "--has", name),
        "no programs of Debian " + name + ": run 'deploy/broker/suite " + name + "' as root");
  }

  /**
   * Requires a condition.
   *
   * @param sentence what is missing, and what to do
   */
  public static void that(boolean there, String sentence) {
    if (!there) {
      missing(sentence);
    }
  }

  /** Aborts the test, or fails it in CI. Does not return. */
  public static void missing(String sentence) {
    note(sentence);
    if ("true".equals(System.getenv("CI"))) {
      Assertions.fail(sentence);
    }
    Assumptions.abort(sentence);
  }

  /** Records the sentence for {@code ./verify}, which lists at its end what did not run. */
  private static void note(String sentence) {
    String file = System.getenv("HOOKBRIDGE_NOT_RUN");
    if (file == null) {
      return;
    }
    String test =
        CALLERS.walk(
            frames ->
                frames
                    .map(StackWalker.StackFrame::getClassName)
                    .filter(name -> !name.equals(Needs.class.getName()))
                    .findFirst()
                    .orElse("a test"));
    try {
      Files.writeString(
          Path.of(file),
          test.replaceFirst("^dev\\.hookbridge\\.", "") + ": " + sentence + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      System.err.println("cannot note what did not run: " + e);
    }
  }
}
