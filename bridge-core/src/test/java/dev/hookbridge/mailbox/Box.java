package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** A mailbox's folders, with files as a shim would leave them and a clock the test holds. */
final class Box {
  static final String THIS_BOOT = "11111111-1111-4111-8111-111111111111";
  static final String EARLIER_BOOT = "99999999-9999-4999-8999-999999999999";

  final Path folder;
  long clock = 1_000_000_000L;

  final Boot boot =
      new Boot() {
        @Override
        public String id() {
          return THIS_BOOT;
        }

        @Override
        public long now() {
          return clock;
        }
      };

  Box(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("new"));
  }

  Mailbox.Places places() {
    return new Mailbox.Places(folder, folder.resolve("aside"), folder.resolve("lost"), true);
  }

  Mailbox open() throws IOException {
    return open("");
  }

  Mailbox open(String note) throws IOException {
    Mailbox mailbox = Mailbox.open(places(), note, boot);
    clock += 10 * Boot.STEP; // time goes on, so that the first look can end
    return mailbox;
  }

  static MailName name(String bootId, long boottime, long time) {
    return new MailName(boottime, bootId, time, UUID.randomUUID().toString());
  }

  static byte[] record(MailName name) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    put(fields, "id", name.id());
    put(fields, "time", Long.toString(name.time()));
    put(fields, "boottime", Long.toString(name.boottime()));
    put(fields, "boot", name.bootId());
    put(fields, "shim", "test");
    put(fields, "driver", "qemu");
    put(fields, "object", "guest");
    put(fields, "operation", "start");
    return MailFormat.write(new MailFormat.Parts("call", fields, new byte[] {'<'}));
  }

  private static void put(Map<String, byte[]> fields, String key, String value) {
    fields.put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A call of this boot, made now. */
  String deliver() throws IOException {
    return deliver(name(THIS_BOOT, clock++, clock));
  }

  String deliver(MailName name) throws IOException {
    write("new", "." + name, record(name));
    Files.move(
        folder.resolve("new").resolve("." + name),
        folder.resolve("new").resolve(name.toString()),
        StandardCopyOption.ATOMIC_MOVE);
    return name.id();
  }

  void write(String sub, String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(sub).resolve(name), bytes);
  }

  /** Takes until so many calls came, removing each batch as the agent does. */
  List<String> take(Mailbox mailbox, int count) throws IOException {
    List<String> ids = new ArrayList<>();
    long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (ids.size() < count) {
      if (System.nanoTime() > until) {
        throw new AssertionError(
            String.format(Locale.ROOT, "only %d of %d calls in 60 s", ids.size(), count));
      }
      Mailbox.Batch batch = mailbox.take(Duration.ofMillis(100));
      batch.mails().forEach(mail -> ids.add(mail.letter().id()));
      mailbox.remove(batch.mails(), () -> {});
      clock += Boot.STEP;
    }
    return ids;
  }
}
