package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A rename from one folder to another takes a lock that the file system has once, and any user can
 * make its holder wait for ever. So nothing that a hook does leaves its folder.
 */
class RenameTest {
  private static final Pattern RENAME =
      Pattern.compile(".*rename(?:at2?)?\\(\\d+<(.*)>, \"([^\"]*)\", \\d+<(.*)>, \"([^\"]*)\".*");
  private static final Pattern LINK =
      Pattern.compile(
          ".*linkat\\((?:\\d+<(.*)/#\\d+.*, \"\"|AT_FDCWD.*, \"/proc/self/fd/\\d+\")"
              + ", \\d+<(.*)>, \"([^\"]*)\".*");
  private static final String NO_UNNAMED_FILE = "openat:error=EOPNOTSUPP:when=";
  private static final String NO_LINK = "linkat:error=EACCES:when=1..2";

  @TempDir Path outer;
  private Path folder;

  @BeforeEach
  void needsStrace() {
    Needs.command("strace");
    folder = outer.resolve("trial");
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "0, 2000000", "128, 10", "128, 15900", "128, 2000000"})
  void nothingLeavesItsFolder(int spares, int size) throws IOException {
    Trial trial = new Trial(folder);
    if (spares > 0) {
      trial.spares();
    }
    assertThat(traced("stopped", new byte[size], "")).hasSize(1);
    assertThat(trial.onlyCall().stdin).hasSize(size);
  }

  @Test
  void norDoesWhatWasDecided() throws IOException {
    Trial trial = new Trial(folder);
    try (TestGate gate = new TestGate(trial)) {
      gate.rules(TestGate.rule("r", "* * * * -", 1000, "veto"));
      assertThat(traced("start", new byte[10], "")).hasSize(2);
    }
    assertThat(trial.outcomes()).hasSize(1);
  }

  /** AppArmor may forbid the link. */
  @Test
  void norDoesACallWhoseFileMayNotGetAName() throws IOException {
    Trial trial = new Trial(folder);
    assertThat(traced("stopped", new byte[10], NO_LINK)).hasSizeGreaterThan(1);
    assertThat(trial.onlyCall().stdin).hasSize(10);
  }

  /** NFS has no files without names. */
  @Test
  void norDoesACallWhereFilesHaveNamesFromTheBeginning() throws IOException {
    Trial trial = new Trial(folder);
    Path trace = outer.resolve("opens");
    hook("stopped", new byte[10], "-o", "/dev/null"); // the first makes a file that others open
    hook("stopped", new byte[10], "-e", "trace=openat", "-o", trace.toString());
    List<String> opens = Files.readAllLines(trace);
    String one = opens.stream().filter(l -> l.contains("O_TMPFILE")).findFirst().orElseThrow();
    String helper = one.substring(0, one.indexOf(' ') + 1);
    long before =
        opens.stream().takeWhile(l -> !l.equals(one)).filter(l -> l.startsWith(helper)).count();
    for (Path file : trial.files()) {
      Files.delete(file);
    }
    List<String> calls = traced("stopped", new byte[10], NO_UNNAMED_FILE + (before + 1));
    assertThat(calls).singleElement().asString().contains("renameat");
    assertThat(trial.onlyCall().stdin).hasSize(10);
  }

  /** An agent of an earlier release takes what it does not know for something foreign. */
  @Test
  void callMovedByAnEarlierAgentIsKept() throws Exception {
    Trial trial = new Trial(folder);
    Path aside = Files.createDirectory(trial.mail().resolve("aside"));
    Thread agent = new Thread(() -> putAway(trial, aside));
    agent.start();
    hook("stopped", new byte[10], "-e", "inject=" + NO_LINK, "-e", "inject=fsync:delay_enter=1s");
    agent.join();
    assertThat(trial.onlyCall().stdin).hasSize(10);
    assertThat(trial.lost()).isEmpty();
  }

  private static void putAway(Trial trial, Path aside) {
    try {
      while (trial.hidden().isEmpty()) {
        Thread.onSpinWait();
      }
      Path file = trial.hidden().get(0);
      Files.move(file, aside.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The real thing, on a disk of its own, so that only those wait who do it wrong. */
  @ParameterizedTest
  @ValueSource(ints = {0, 128})
  void anotherUsersRenameHoldsNoHook(int spares) throws Exception {
    Needs.root();
    Needs.loopMounts();
    try (Disk disk = new Disk(folder)) {
      Trial trial = new Trial(folder);
      if (spares > 0) {
        trial.spares();
      }
      Path his = Files.createDirectory(folder.resolve("his"));
      Path file = Files.createFile(his.resolve("file"));
      Path other = Files.createDirectory(folder.resolve("other"));
      Process holder =
          new ProcessBuilder(
                  Shim.holder().toString(), "" + his, "" + file, "" + other.resolve("file"))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        assertThat(holder.getInputStream().read()).isEqualTo('h');
        for (int i = 0; i < 3; i++) {
          assertThat(
                  Run.of(Shim.PLAIN, folder).with("g" + i, "reconnect", "begin", "-").run().exit())
              .isZero();
        }
        assertThat(trial.calls()).hasSize(3);
        assertThat(trial.lost()).isEmpty();
      } finally {
        holder.getOutputStream().close();
        assertThat(holder.waitFor()).isZero();
      }
      disk.assertUsable();
    }
  }

  /** The renames and links of a hook, none of which may leave its folder. */
  private List<String> traced(String operation, byte[] stdin, String inject) throws IOException {
    Path trace = outer.resolve("trace");
    List<String> options = new ArrayList<>(List.of("-y", "-o", trace.toString()));
    options.addAll(List.of("-e", "trace=rename,renameat,renameat2,link,linkat,openat"));
    if (!inject.isEmpty()) {
      options.addAll(List.of("-e", "inject=" + inject));
    }
    hook(operation, stdin, options.toArray(String[]::new));
    List<String> calls =
        Files.readAllLines(trace).stream()
            .filter(line -> line.matches("\\d+ +(rename|link)\\w*\\(.*"))
            .toList();
    assertThat(calls).allMatch(RenameTest::staysInItsFolder);
    return calls;
  }

  private static boolean staysInItsFolder(String call) {
    Matcher rename = RENAME.matcher(call);
    if (rename.matches()) {
      return rename.group(1).equals(rename.group(3))
          && !(rename.group(2) + rename.group(4)).contains("/");
    }
    Matcher link = LINK.matcher(call);
    return link.matches()
        && (link.group(1) == null || link.group(1).equals(link.group(2)))
        && !link.group(3).contains("/");
  }

  private void hook(String operation, byte[] stdin, String... options) throws IOException {
    List<String> strace = new ArrayList<>(List.of("strace", "-f"));
    strace.addAll(List.of(options));
    int exit =
        Run.of(Shim.PLAIN, folder)
            .under(strace.toArray(String[]::new))
            .with("guest", operation, "begin", "-")
            .stdin(stdin)
            .run()
            .exit();
    assertThat(exit).isBetween(0, operation.equals("start") ? 1 : 0);
  }
}
