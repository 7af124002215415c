package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.record.HookCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaShimTest {
  @TempDir Path folder;

  @Test
  void writtenRecordsAreReadInOrder() throws IOException {
    Box panel = new Box(folder);
    JavaShim shim = new JavaShim(folder);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<String> arguments = List.of("gäst " + i, "start", "begin", "-");
      ids.add(shim.call("qemu", arguments, "<domain/>".getBytes(StandardCharsets.UTF_8)));
    }
    List<MailboxEntry> mails = new ArrayList<>();
    try (Mailbox mailbox = Mailbox.open(panel.places(), "")) {
      while (mails.size() < ids.size()) {
        Mailbox.Batch batch = mailbox.take(Duration.ofSeconds(1));
        mails.addAll(batch.mails());
        mailbox.remove(batch.mails(), () -> {});
      }
    }
    assertThat(mails).extracting(mail -> mail.letter().id()).isEqualTo(ids);
    HookCall first = (HookCall) mails.get(0).letter();
    assertThat(new String(first.object(), StandardCharsets.UTF_8)).isEqualTo("gäst 0");
    assertThat(new String(first.stdin(), StandardCharsets.UTF_8)).isEqualTo("<domain/>");
    assertThat(first.driver()).isEqualTo("qemu");
  }
}
