package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossLogTest {
  @TempDir Path folder;

  private LossLog resume(String note) {
    return LossLog.resume(folder.resolve("lost"), true, note, "boot-1");
  }

  private void add(String text) throws IOException {
    Files.writeString(
        folder.resolve("lost"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void nothingWasLost() throws IOException {
    assertThat(resume("").read()).isEmpty();
  }

  @Test
  void everyLineIsToldOnceAcrossRestarts() throws IOException {
    add("lost id-1 1000 qemu start gnet 28\n");
    LossLog losses = resume("");
    assertThat(losses.read())
        .containsExactly(new LostCall("id-1", 1000, "qemu", "start", "errno-28"));
    assertThat(losses.read()).isEmpty();
    add("lost id-2 2000 network started iso 30\nlost id-3 30");
    LossLog next = resume(losses.note());
    assertThat(next.read()).extracting(LostCall::id).containsExactly("id-2");
    add("00 lxc stopped box 5\n");
    assertThat(next.read()).extracting(LostCall::id).containsExactly("id-3");
  }

  @Test
  void theCountBeyondTheLastLineIsToldAsItRises() throws IOException {
    add("lost id-1 1000 qemu start gnet 28\nmore 00000000000000000002\n");
    LossLog losses = resume("");
    assertThat(losses.read())
        .extracting(LostCall::reason)
        .containsExactly("errno-28", "uncounted", "uncounted");
    Files.writeString(
        folder.resolve("lost"), "lost id-1 1000 qemu start gnet 28\nmore 00000000000000000003\n");
    assertThat(resume(losses.note()).read()).hasSize(1);
  }

  @Test
  void linesAndCountsBehindACountAreToldOnceToo() throws IOException {
    add("more 00000000000000000001\nlost id-1 1000 qemu start gnet 28\n");
    LossLog losses = resume("");
    assertThat(losses.read()).extracting(LostCall::reason).containsExactly("errno-28", "uncounted");
    add("more 00000000000000000002\nlost id-2 1000 qemu start gnet 28\n");
    LossLog next = resume(losses.note());
    assertThat(next.read()).hasSize(3).extracting(LostCall::id).contains("id-2");
    assertThat(next.read()).isEmpty();
  }

  @Test
  void lateAfterItsFileIsNothing() throws IOException {
    LossLog losses = resume("");
    assertThat(losses.arrivedLate("id-1")).isFalse();
    add("late id-1 1000 qemu start gnet 0\n");
    losses.read();
    LossLog afterBoot = LossLog.resume(folder.resolve("lost"), true, losses.note(), "boot-2");
    assertThat(afterBoot.neverArrived()).isEmpty();
  }

  @Test
  void lateThenLostIsOneLoss() throws IOException {
    add("late id-1 1000 qemu start gnet 0\nlost id-1 1000 qemu start gnet 5\n");
    LossLog losses = resume("");
    assertThat(losses.read()).hasSize(1);
    LossLog afterBoot = LossLog.resume(folder.resolve("lost"), true, losses.note(), "boot-2");
    assertThat(afterBoot.neverArrived()).isEmpty();
  }

  @Test
  void lateIsWithdrawnWhenTheFileArrives() throws IOException {
    add("late id-1 1000 qemu start gnet 0\n");
    LossLog losses = resume("");
    assertThat(losses.read()).isEmpty();
    LossLog next = resume(losses.note());
    assertThat(next.arrivedLate("id-1")).isTrue();
    assertThat(next.arrivedLate("id-1")).isFalse();
  }

  @Test
  void lateIsALossWhenItsBootIsOver() throws IOException {
    add("late id-1 1000 qemu start gnet 0\n");
    LossLog losses = resume("");
    losses.read();
    assertThat(losses.neverArrived()).isEmpty();
    LossLog afterBoot = LossLog.resume(folder.resolve("gone"), false, losses.note(), "boot-2");
    assertThat(afterBoot.neverArrived())
        .extracting(LostCall::id, LostCall::reason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("id-1", "late"));
    assertThat(afterBoot.neverArrived()).isEmpty();
  }

  @Test
  void aNewBootBeginsANewFileUnlessItLasts() throws IOException {
    add("lost id-1 1000 qemu start gnet 28\n");
    LossLog losses = resume("");
    losses.read();
    String note = losses.note();
    assertThat(LossLog.resume(folder.resolve("lost"), false, note, "boot-2").read()).hasSize(1);
    assertThat(LossLog.resume(folder.resolve("lost"), true, note, "boot-2").read()).isEmpty();
  }

  @Test
  void anythingElseIsSkipped() throws IOException {
    add("\nlost\nlost a b c d e f g h\nlate id x qemu start gnet 0\nmore x\n");
    assertThat(resume("").read()).isEqualTo(List.of());
  }
}
