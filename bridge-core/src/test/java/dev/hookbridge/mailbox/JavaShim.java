package dev.hookbridge.mailbox;

import dev.hookbridge.disk.Durable;
import dev.hookbridge.record.MailFormat;
import dev.hookbridge.text.Ids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a call's file for tests as the shim does: create hidden, write, fsync, rename. It has none
 * of the shim's protections and ignores gates.
 */
public final class JavaShim {
  private static final List<String> WORDS = List.of("object", "operation", "suboperation", "extra");

  private static long last;

  private final Path mail;

  /**
   * Makes a shim for this folder.
   *
   * @param mail the folder that contains {@code new}
   */
  public JavaShim(Path mail) {
    this.mail = mail;
  }

  /**
   * Writes a call as the shim would.
   *
   * @param driver one of libvirt's drivers or {@code unknown}
   * @return the call's id
   */
  public String call(String driver, List<String> arguments, byte[] stdin) throws IOException {
    Boot boot = Boot.ofKernel();
    Instant now = Instant.now();
    long time = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    MailName name = new MailName(moment(boot), boot.id(), time, Ids.next(now));
    Map<String, byte[]> fields = new LinkedHashMap<>();
    put(fields, "id", name.id());
    put(fields, "time", Long.toString(time));
    put(fields, "boottime", Long.toString(name.boottime()));
    put(fields, "boot", name.bootId());
    put(fields, "shim", "java");
    put(fields, "path", "hooks/" + driver);
    put(fields, "driver", driver);
    for (int i = 0; i < Math.min(WORDS.size(), arguments.size()); i++) {
      put(fields, WORDS.get(i), arguments.get(i));
    }
    deliver(name.toString(), MailFormat.write(new MailFormat.Parts("call", fields, stdin)));
    return name.id();
  }

  /**
   * Returns the time of a call, increasing with each call so that calls keep their order. The
   * boot's clock is too coarse in a JVM, so this uses the monotonic clock. Both are the same as
   * long as the machine was never suspended.
   */
  private static synchronized long moment(Boot boot) {
    long coarse = boot.now();
    long fine = System.nanoTime();
    boolean same = fine >= coarse && fine - coarse <= 2 * Boot.STEP;
    last = Math.max(last + 1, same ? fine : coarse);
    return last;
  }

  private static void put(Map<String, byte[]> fields, String key, String value) {
    fields.put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  private void deliver(String name, byte[] record) throws IOException {
    Path folder = mail.resolve("new");
    Path unfinished = folder.resolve("." + name);
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(record);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    Durable.sync(folder);
  }
}
