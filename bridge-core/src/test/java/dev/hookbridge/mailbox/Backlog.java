package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Calls that waited through a restart of the host, many of them, as shims would have left them. */
public final class Backlog {
  private Backlog() {}

  /**
   * Calls of a few guests in turn, {@code guest-0}, {@code guest-1}, …; the number of a call stands
   * in its guest's title.
   *
   * @param fresh the mailbox's folder {@code new}
   */
  public static void write(Path fresh, int calls, int guests) throws IOException {
    String boot = UUID.randomUUID().toString();
    for (int i = 0; i < calls; i++) {
      String guest = "guest-" + i % guests;
      MailName name = new MailName(i, boot, i, UUID.randomUUID().toString());
      Files.write(fresh.resolve(name.toString()), record(name, guest, xml(guest, i)));
    }
  }

  private static byte[] record(MailName name, String guest, String xml) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    fields.put("id", bytes(name.id()));
    fields.put("time", bytes(Long.toString(name.time())));
    fields.put("boottime", bytes(Long.toString(name.boottime())));
    fields.put("boot", bytes(name.bootId()));
    fields.put("shim", bytes("test"));
    fields.put("path", bytes("/etc/libvirt/hooks/qemu"));
    fields.put("driver", bytes("qemu"));
    fields.put("object", bytes(guest));
    fields.put("operation", bytes("started"));
    fields.put("suboperation", bytes("begin"));
    fields.put("extra", bytes("-"));
    return MailFormat.write(new MailFormat.Parts("call", fields, bytes(xml)));
  }

  private static String xml(String guest, int number) {
    return "<domain type='kvm'><name>"
        + guest
        + "</name><title>"
        + number
        + "</title>"
        + "<devices><interface type='network'/></devices>".repeat(40)
        + "</domain>\n";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
