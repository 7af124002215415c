package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A call that cannot be written is told of in {@code lost}, and the hook succeeds. */
@ParameterizedClass
@EnumSource(Shim.class)
class LossTest {
  private static final int CAP = 1 << 20;
  private static final int NO_SUCH_FOLDER = 2;
  private static final int TOO_LARGE = 27;
  private static final int NO_SPACE = 28;

  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void noDataFolderAtAll() throws IOException {
    Path missing = folder.resolve("missing");
    succeeds(Run.of(shim, folder).environment("HOOKBRIDGE_DATA_DIR", missing.toString()));
    assertThat(missing).doesNotExist();
  }

  @Test
  void noMailbox() throws IOException {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString());
    succeeds(Run.of(shim, folder).with("g 1/ä", "start", "begin", "-"));
    assertThat(trial.lost()).hasSize(1);
    assertThat(trial.lost().get(0))
        .matches(Trial.LINE)
        .endsWith(" qemu start g%201%2F%C3%A4 " + NO_SUCH_FOLDER);
    assertThat(trial.mail()).doesNotExist();
  }

  @Test
  void noRunFolderEither() throws IOException {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString(), trial.run().toString());
    succeeds(Run.of(shim, folder));
    assertThat(trial.run()).doesNotExist();
  }

  @Test
  void aDiskWithLessThanTheReserve() throws IOException {
    Trial trial = new Trial(folder).conf("reserve: 100%\n");
    succeeds(Run.of(shim, folder));
    assertThat(trial.lost()).singleElement().asString().endsWith(" " + NO_SPACE);
    assertThat(trial.files()).isEmpty();
    assertThat(trial.hidden()).isEmpty();
  }

  @Test
  void aFileThatMayNotGrow() throws IOException {
    Trial trial = new Trial(folder);
    succeeds(Run.of(shim, folder).option("fsize=4096").stdin(new byte[9000]));
    assertThat(trial.lost()).singleElement().asString().endsWith(" " + TOO_LARGE);
    assertThat(trial.files()).isEmpty();
    assertThat(trial.hidden()).isEmpty();
  }

  @Test
  void wordsAreCutAndNothingBreaksTheLine() throws IOException {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString());
    succeeds(Run.of(shim, folder).with("x\nlost y".repeat(100), "\u0001".repeat(100), "", ""));
    succeeds(Run.of(shim, folder).with("", ""));
    succeeds(Run.of(shim, folder).as("").with(new String[0]));
    assertThat(trial.lost()).hasSize(3).allMatch(line -> line.matches(Trial.LINE));
    String[] words = trial.lost().get(0).split(" ");
    assertThat(words[4]).isEqualTo("%01".repeat(21));
    assertThat(words[5]).startsWith("x%0Alost%20y").hasSizeLessThanOrEqualTo(255);
    assertThat(trial.lost().get(1)).endsWith(" qemu - - " + NO_SUCH_FOLDER);
    assertThat(trial.lost().get(2)).endsWith(" unknown - - " + NO_SUCH_FOLDER);
  }

  @Test
  void beyondItsCapTheFileCounts() throws IOException {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString());
    String line = "lost 0 0 qemu start x 2\n";
    int lines = (CAP - 600) / line.length();
    Files.writeString(trial.run().resolve("lost"), line.repeat(lines));
    List<String> before = trial.lost();
    for (int i = 0; i < 7; i++) {
      succeeds(Run.of(shim, folder).with("g" + i, "start", "begin", "-"));
    }
    List<String> after = trial.lost();
    int added = after.size() - before.size();
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(added).isBetween(2, 4);
    assertThat(after.subList(before.size(), after.size() - 1))
        .allMatch(it -> it.matches(Trial.LINE));
    assertThat(after.get(after.size() - 1)).isEqualTo(String.format("more %020d", 7 - (added - 1)));
    assertThat(Files.size(trial.run().resolve("lost"))).isLessThanOrEqualTo(CAP);
  }

  @Test
  void manyAtOnceLoseNoCount() throws Exception {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString());
    Files.write(trial.run().resolve("lost"), new byte[CAP - 100]);
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      all.add(Run.of(shim, folder).start());
    }
    for (Process process : all) {
      process.getOutputStream().close();
    }
    for (Process process : all) {
      assertThat(process.waitFor()).isZero();
    }
    String lost = Files.readString(trial.run().resolve("lost"), StandardCharsets.US_ASCII);
    assertThat(lost.substring(CAP - 100)).isEqualTo(String.format("more %020d%n", 32));
  }

  @Test
  void aForeignLockOnTheFileHangsNobody() throws Exception {
    Trial trial = new Trial(folder);
    Run.tool("rm", "-r", trial.mail().toString());
    Path lost = Files.createFile(trial.run().resolve("lost"));
    Process holder =
        new ProcessBuilder("flock", "-s", lost.toString(), "sh", "-c", "echo held; cat").start();
    assertThat(holder.getInputStream().read()).isEqualTo('h');
    Duration took = succeeds(Run.of(shim, folder)).took();
    assertThat(took).as("5 s is when a hook gives up").isLessThan(Duration.ofMillis(4_900));
    holder.getOutputStream().close();
    assertThat(trial.lost()).hasSize(1);
    assertThat(holder.waitFor()).isZero();
  }

  private static Run.Ended succeeds(Run run) throws IOException {
    Run.Ended ended = run.run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
    return ended;
  }
}
