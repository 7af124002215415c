package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.xml.XmlPass;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An agent with a small heap meets the largest calls there can be. */
@Tag("slow")
class SmallHeapTest {
  @Test
  void theLargestOrdinaryCallsAreReadInALittleMoreThanTwiceTheirSize() throws Exception {
    String reported = run(52, "disks", "title", "base64");
    assertThat(reported).contains("disks: whole", "title: whole", "base64: whole", "then: web");
  }

  /** An attribute is held whole by the parser, several times. */
  @Test
  void aCallLargerThanTheHeapCanReadIsStillAnEvent() throws Exception {
    String reported = run(52, "attribute");
    assertThat(reported).contains("attribute: too large for the agent's memory", "then: web");
  }

  private static String run(int heap, String... documents) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmn8m", "-Xmx" + heap + "m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Agent.class.getName());
    command.addAll(List.of(documents));
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    String reported = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return reported;
  }

  static final class Agent {
    private Agent() {}

    public static void main(String[] documents) {
      for (String name : documents) {
        report(name);
      }
      Envelope next = Calls.ENVELOPES.of(Calls.qemu("<domain><name>web</name></domain>"));
      System.out.println("then: " + next.attributes().get("subject") + " " + next.xmlAt());
    }

    private static void report(String name) {
      Envelope event =
          Calls.ENVELOPES.of(
              Calls.qemu(
                  switch (name) {
                    case "disks" ->
                        document(
                            "<devices>",
                            "<disk type='file'><alias name='a'/></disk>",
                            "</devices>");
                    case "title" -> document("<title>", "é x", "</title>");
                    case "base64" -> document("<metadata><x>", "QUJD", "</x></metadata>");
                    default -> document("<title a='", "b", "'/>");
                  }));
      String data =
          new String(event.data(), 0, Math.min(1000, event.data().length), StandardCharsets.UTF_8);
      boolean whole = event.data().length > 15 << 20 && event.xmlAt() > 0;
      String error = data.replaceAll("(?s).*\"message\":\"([^\"]*)\".*", "$1");
      System.out.println(name + ": " + (whole ? "whole" : error));
    }

    private static byte[] document(String before, String repeated, String after) {
      byte[] begin = Calls.bytes("<domain><name>web</name>" + before);
      byte[] middle = Calls.bytes(repeated);
      byte[] end = Calls.bytes(after + "</domain>");
      byte[] stdin = new byte[XmlPass.MOST_BYTES];
      java.util.Arrays.fill(stdin, (byte) '\n');
      System.arraycopy(begin, 0, stdin, 0, begin.length);
      int at = begin.length;
      for (; at + middle.length + end.length <= stdin.length; at += middle.length) {
        System.arraycopy(middle, 0, stdin, at, middle.length);
      }
      System.arraycopy(end, 0, stdin, at, end.length);
      return stdin;
    }
  }
}
