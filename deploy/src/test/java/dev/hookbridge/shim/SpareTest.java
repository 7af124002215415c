package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A call is written over a file that the agent made ready, and into one of its own where there is
 * none that is what it must be: the agent's user may have planted anything.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class SpareTest {
  @Parameter Shim shim;
  @TempDir Path outer;
  private Trial trial;
  private Path victim;

  @BeforeEach
  void makeFolders() throws IOException {
    trial = new Trial(outer.resolve("trial")).spares();
    victim = Files.write(outer.resolve("victim"), new byte[Trial.SPARE_SIZE]);
  }

  @Test
  void aCallIsWrittenOverIt() throws IOException {
    assertThat(call(new byte[8192])).isZero();
    assertThat(trial.onlyCall().stdin).hasSize(8192);
    assertThat(trial.files().get(0)).hasSize(Trial.SPARE_SIZE);
    assertThat(spares()).hasSize(Trial.SPARES - 1);
    assertThat(trial.lost()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {15_900, 17_000})
  void aCallThatIsAlmostOrJustTooLarge(int size) throws IOException {
    assertThat(call(new byte[size])).isZero();
    assertThat(trial.onlyCall().stdin).hasSize(size);
    assertThat(spares()).hasSize(size < Trial.SPARE_SIZE ? Trial.SPARES - 1 : Trial.SPARES);
  }

  @Test
  void whenAllAreUsedCallsDoWithout() throws IOException {
    for (int i = 10; i < Trial.SPARES; i++) {
      Files.delete(trial.slot(i));
    }
    for (int i = 0; i < 60; i++) {
      assertThat(call(("call " + i).getBytes())).isZero();
    }
    assertThat(trial.calls()).hasSize(60);
    assertThat(trial.calls()).extracting(call -> new String(call.stdin)).doesNotHaveDuplicates();
    assertThat(trial.files().stream().filter(file -> file.toFile().length() == Trial.SPARE_SIZE))
        .hasSize(10 - spares().size());
  }

  @Test
  void manyAtOnceDoNotGetTheSameOne() throws Exception {
    for (int round = 0; round < 4; round++) {
      List<Process> running = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        Run run = Run.of(shim, trial.folder).with("g" + round + "-" + i, "stopped", "end", "-");
        Process process = run.start();
        running.add(process);
        // A pipe takes it at once. A hook that is left without its stdin ends after 5 s.
        process.getOutputStream().write(new byte[8192]);
        process.getOutputStream().close();
      }
      for (Process process : running) {
        assertThat(process.waitFor()).isZero();
      }
    }
    assertThat(trial.calls()).hasSize(4 * 32);
    assertThat(trial.calls()).extracting(call -> call.field("object")).doesNotHaveDuplicates();
    assertThat(trial.lost()).isEmpty();
  }

  @Test
  void oneThatIsInUseIsLeftAlone() throws IOException {
    for (int i = 1; i < Trial.SPARES; i++) {
      Files.delete(trial.slot(i));
    }
    try (FileChannel mine = FileChannel.open(trial.slot(0), StandardOpenOption.WRITE)) {
      assertThat(mine.lock().isValid()).isTrue();
      callsAllTheSame(40);
      assertThat(trial.slot(0)).hasBinaryContent(new byte[Trial.SPARE_SIZE]);
    }
  }

  @Test
  void usedSpareIsLeftAlone() throws IOException {
    byte[] used = new byte[Trial.SPARE_SIZE];
    used[0] = 'h';
    for (Path spare : spares()) {
      Files.write(spare, used);
    }
    callsAllTheSame(3);
    assertThat(spares())
        .hasSize(Trial.SPARES)
        .allSatisfy(f -> assertThat(f).hasBinaryContent(used));
  }

  @Test
  void anEmptyFileIsNoSpare() throws IOException {
    for (Path spare : spares()) {
      Files.write(spare, new byte[0]);
    }
    callsAllTheSame(3);
    assertThat(spares()).hasSize(Trial.SPARES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ln -s ../../../victim", "ln ../../../victim", "mkfifo", "mkdir"})
  void plantedSpareIsNotWrittenTo(String command) throws IOException {
    for (Path spare : spares()) {
      Files.delete(spare);
      List<String> words = new ArrayList<>(List.of("env", "-C", trial.fresh().toString()));
      words.addAll(List.of(command.split(" ")));
      words.add(spare.getFileName().toString());
      Run.tool(words.toArray(String[]::new));
    }
    callsAllTheSame(3);
    assertThat(victim).hasBinaryContent(new byte[Trial.SPARE_SIZE]);
    assertThat(spares()).hasSize(Trial.SPARES);
  }

  @Test
  void aFileOfAnotherUserIsNotWrittenTo() throws IOException {
    Needs.root();
    for (Path spare : spares()) {
      Run.tool("chown", "65534", spare.toString());
    }
    callsAllTheSame(3);
    assertThat(spares()).allSatisfy(f -> assertThat(f).hasBinaryContent(new byte[16 << 10]));
  }

  private void callsAllTheSame(int calls) throws IOException {
    for (int i = 0; i < calls; i++) {
      assertThat(call(("call " + i).getBytes())).isZero();
    }
    assertThat(trial.calls()).hasSize(calls);
    assertThat(trial.files()).allMatch(file -> file.toFile().length() < 1000);
    assertThat(trial.lost()).isEmpty();
  }

  private int call(byte[] stdin) throws IOException {
    return Run.of(shim, trial.folder).stdin(stdin).run().exit();
  }

  private List<Path> spares() throws IOException {
    return trial.hidden();
  }
}
