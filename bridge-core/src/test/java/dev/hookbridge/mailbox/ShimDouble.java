package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailFormat;
import dev.hookbridge.record.MalformedRecordException;
import dev.hookbridge.text.Ids;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Asks at the gate socket as the shim does, and records what came of it, byte for byte. */
public final class ShimDouble {
  private static final AtomicLong LAST = new AtomicLong();
  private static final List<String> WORDS = List.of("object", "operation", "suboperation", "extra");

  private ShimDouble() {}

  /** An answer; {@code none} when the stream ended without one. */
  public record Answer(
      boolean none, int exit, String cause, String rule, String reason, byte[] said) {
    static final Answer NONE = new Answer(true, -1, "", "", "", new byte[0]);

    public String json() {
      return new String(said, StandardCharsets.UTF_8);
    }
  }

  /** The record of a call made now. */
  public static byte[] call(String driver, List<String> arguments, byte[] stdin) {
    return call(newId(), driver, arguments, stdin, Map.of());
  }

  public static byte[] call(
      String id, String driver, List<String> arguments, byte[] stdin, Map<String, String> more) {
    Map<String, byte[]> fields = stamped(id);
    put(fields, "path", "/etc/libvirt/hooks/" + driver);
    put(fields, "driver", driver);
    for (int i = 0; i < arguments.size(); i++) {
      put(fields, WORDS.get(i), arguments.get(i));
    }
    more.forEach((key, value) -> put(fields, key, value));
    return MailFormat.write(new MailFormat.Parts("call", fields, stdin));
  }

  /** The record of what was done. */
  public static byte[] outcome(String id, String call, Map<String, String> more, byte[] said) {
    Map<String, byte[]> fields = stamped(id);
    put(fields, "call", call);
    put(fields, "driver", "qemu");
    put(fields, "object", "web1");
    put(fields, "operation", "prepare");
    put(fields, "suboperation", "begin");
    put(fields, "exit", "0");
    put(fields, "cause", "decided");
    put(fields, "rule", "");
    put(fields, "reason", "");
    put(fields, "waited", "12000000");
    more.forEach((key, value) -> put(fields, key, value));
    return MailFormat.write(new MailFormat.Parts("outcome", fields, said));
  }

  public static String newId() {
    return Ids.next(Instant.now());
  }

  private static Map<String, byte[]> stamped(String id) {
    Instant now = Instant.now();
    Map<String, byte[]> fields = new LinkedHashMap<>();
    put(fields, "id", id);
    put(fields, "time", Long.toString(now.getEpochSecond() * 1_000_000_000 + now.getNano()));
    try {
      put(fields, "boottime", Long.toString(later()));
      put(fields, "boot", Boot.ofKernel().id());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    put(fields, "shim", "double");
    return fields;
  }

  /** Java reads the clock in steps of 10 ms, and calls of one step would have no order. */
  private static long later() throws IOException {
    long now = Boot.ofKernel().now();
    return LAST.accumulateAndGet(now, (last, seen) -> Math.max(last + 1, seen));
  }

  private static void put(Map<String, byte[]> fields, String key, String value) {
    fields.put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  public static SocketChannel connect(Path gates) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.connect(UnixDomainSocketAddress.of(gates.resolve("gate.sock")));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends an ask, ends its side, and waits for the answer or the end of the stream. */
  public static Answer ask(Path gates, byte[] record) throws IOException {
    try (SocketChannel socket = connect(gates)) {
      send(socket, record);
      socket.shutdownOutput();
      return answer(socket);
    }
  }

  public static void send(SocketChannel socket, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      socket.write(left);
    }
  }

  public static Answer answer(SocketChannel socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    while (socket.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    if (all.size() == 0) {
      return Answer.NONE;
    }
    try {
      MailFormat.Parts parts = MailFormat.read(all.toByteArray());
      if (!parts.kind().equals("answer")) {
        throw new AssertionError("a record of kind " + parts.kind());
      }
      return new Answer(
          false,
          (int) parts.number("exit"),
          parts.text("cause"),
          parts.text("rule"),
          new String(parts.bytes("reason"), StandardCharsets.UTF_8),
          parts.stdin());
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  /** Puts a record into the mailbox, under its own id and times. */
  public static void deliver(Path mail, byte[] record) throws IOException {
    try {
      MailFormat.Parts parts = MailFormat.read(record);
      MailName name =
          new MailName(
              parts.number("boottime"), parts.text("boot"), parts.number("time"), parts.text("id"));
      Path unfinished = Files.write(mail.resolve("new").resolve("." + name), record);
      Files.move(
          unfinished, mail.resolve("new").resolve(name.toString()), StandardCopyOption.ATOMIC_MOVE);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }
}
