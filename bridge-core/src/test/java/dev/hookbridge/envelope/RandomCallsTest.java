package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.envelope.redaction.SecretText;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.testing.Recordings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recorded and random calls, damaged at random. The seed is in every failure. */
@Tag("slow")
class RandomCallsTest {
  private static final int ROUNDS = Boolean.getBoolean("hookbridge.full") ? 100_000 : 10_000;
  private static final String SECRET = "s3cr3t";
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void anyBytesBecomeAnEvent() throws IOException {
    List<Recordings.Recorded> recorded = Recordings.all();
    for (int i = 0; i < ROUNDS; i++) {
      HookCall call = recorded.get(random.nextInt(recorded.size())).call("id", random.nextLong());
      HookCall damaged =
          new HookCall(
              call.id(),
              call.time(),
              call.boottime(),
              call.bootId(),
              call.shim(),
              random.nextInt(10) == 0 ? "other" : call.driver(),
              sometimesDamaged(call.object()),
              sometimesDamaged(call.operation()),
              sometimesDamaged(call.suboperation()),
              sometimesDamaged(call.extra()),
              0,
              "",
              false,
              damaged(call.stdin()));
      Envelope event = Calls.ENVELOPES.of(damaged);
      JsonNode data = Samples.JSON.readTree(event.data());
      assertThat(Schemas.strictly("hook.v1", data)).as("seed %d round %d", seed, i).isEmpty();
      assertThat(data.has("xml")).as("seed %d", seed).isEqualTo(event.xmlAt() > 0);
      assertThat(event.type()).matches("dev\\.hookbridge\\.libvirt\\.[a-z]+\\.[a-z-]+\\.v1");
      assertThat(String.join("", event.attributes().values()))
          .as("seed %d", seed)
          .doesNotContainPattern("[\\p{Cntrl}\\x{80}-\\x{9F}]");
    }
  }

  /** Whatever stands around it, in it and above it, a hidden value is not shown, and others are. */
  @Test
  void noPlantedSecretSurfaces() throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      String document =
          "<domain type='kvm'>" + noise(0) + planted() + noise(0) + "<end>SHOWN</end></domain>";
      Envelope event = Calls.ENVELOPES.of(Calls.qemu(document));
      String data = new String(event.data(), StandardCharsets.UTF_8);
      assertThat(data).as("seed %d: %s", seed, document).doesNotContain(SECRET).contains("SHOWN");
      assertThat(Calls.data(event).get("redacted").asInt()).isPositive();
    }
  }

  /** A long text is looked at in pieces, which makes no difference. */
  @Test
  void aLongTextIsRedactedAsOne() throws IOException {
    String[] signs = {
      "//",
      ":",
      "\\/",
      "@",
      "?",
      "#",
      "=",
      " ",
      "\n",
      "<",
      ">",
      "&",
      "\"",
      "password",
      "ds",
      ":key",
      "json:",
      "{",
      "commandline",
      "x:",
      "a",
      "yyyy",
      "y".repeat(300),
      " ".repeat(300),
      "😀"
    };
    for (int i = 0; i < ROUNDS / 20; i++) {
      StringBuilder text = new StringBuilder();
      text.append("z".repeat(random.nextInt(2))).append("😀z".repeat(21_700 + random.nextInt(200)));
      for (int part = random.nextInt(60); part > 0; part--) {
        text.append(signs[random.nextInt(signs.length)]);
      }
      text.append("w ".repeat(random.nextInt(50_000)));
      String written = text.toString().replace("&", "&amp;").replace("<", "&lt;").strip();
      String whole = text.toString().strip();
      String right = SecretText.hidden(Redaction.standard(), whole, Redaction.REDACTED);
      JsonNode data = Calls.dataOf("<m>" + written + "</m>");
      assertThat(data.path("parseError").toString()).as("seed %d round %d", seed, i).isEmpty();
      String shown = data.get("xml").asText();
      assertThat(shown.equals("<m>" + xml(right) + "</m>"))
          .as("seed %d round %d", seed, i)
          .isTrue();
    }
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Test
  void noPrefixOfASecretDocumentShowsASecret() {
    byte[] whole =
        Recordings.all().stream()
            .filter(r -> r.file().equals("written-secure-migration.jsonl"))
            .findFirst()
            .orElseThrow()
            .call("id", 1)
            .stdin();
    for (int length = 0; length < whole.length; length++) {
      Envelope event = Calls.ENVELOPES.of(Calls.qemu(java.util.Arrays.copyOf(whole, length)));
      assertThat(new String(event.data(), StandardCharsets.UTF_8))
          .as("the first %d bytes", length)
          .doesNotContain("-secret");
    }
  }

  private String planted() {
    String secret = SECRET + noiseText();
    return switch (random.nextInt(8)) {
      case 0 -> element("graphics", prefixed(cased("passwd")) + "=" + quoted(secret), noise(0));
      case 1 ->
          element(
              cased("cookies"),
              "",
              noise(0) + "<cookie>" + hidden(secret) + "</cookie>" + noise(0));
      case 2 ->
          element(
              cased("commandline"), "", element("arg", "value=" + quoted(secret), "") + noise(0));
      case 3 ->
          element("sysinfo", "type='fwcfg'", "<entry name='a'>" + hidden(secret) + "</entry>");
      case 4 -> element("any", "", element(cased("launchSecurity"), "", noise(0) + hidden(secret)));
      case 5 -> element("source", "file=" + quoted("x https://user:" + SECRET + "@host/ y"), "");
      case 6 -> element("any", "", "https://u:" + comment() + SECRET + comment() + "@host/path");
      default -> element(cased("password"), "value=" + quoted(secret), hidden(secret) + noise(0));
    };
  }

  private String element(String name, String attributes, String content) {
    String written = prefixed(name);
    return "<" + written + " a='1' " + attributes + ">" + content + "</" + written + " >";
  }

  /** Text a parser reads as the secret. */
  private String hidden(String secret) {
    return switch (random.nextInt(4)) {
      case 0 -> "<![CDATA[" + secret + "]]>";
      case 1 -> secret.substring(0, 2) + comment() + secret.substring(2);
      case 2 -> "&#" + (int) secret.charAt(0) + ";" + secret.substring(1);
      default -> secret;
    };
  }

  private String noise(int depth) {
    return switch (random.nextInt(depth > 5 ? 4 : 7)) {
      case 0 -> comment();
      case 1 -> "\n  text " + noiseText();
      case 2 -> "<![CDATA[<passwd>]]>";
      case 3 -> "";
      case 4 -> "<devices><disk>" + noise(depth + 1) + "</disk></devices>";
      case 5 -> "<name>" + noise(depth + 1) + "</name>";
      default -> element("noise", "b='" + noiseText() + "'", noise(depth + 1) + noise(depth + 1));
    };
  }

  private String comment() {
    return random.nextBoolean() ? "<!-- " + SECRET + " -->" : "<?pi " + SECRET + "?>";
  }

  private String noiseText() {
    return "é😀&amp;&lt;&#65;://?@ ]]".substring(0, random.nextInt(3)) + random.nextInt(100);
  }

  private String quoted(String value) {
    return random.nextBoolean() ? "'" + value + "'" : "\"" + value + "\"";
  }

  private String prefixed(String name) {
    return random.nextBoolean() ? name : "p" + random.nextInt(3) + ":" + name;
  }

  private String cased(String name) {
    return random.nextBoolean() ? name : name.toUpperCase(java.util.Locale.ROOT);
  }

  private byte[] sometimesDamaged(byte[] bytes) {
    return random.nextInt(5) == 0 ? damaged(bytes) : bytes;
  }

  private byte[] damaged(byte[] bytes) {
    byte[] damaged = bytes.clone();
    for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(4)) {
        case 0 -> damaged[at] = (byte) random.nextInt(256);
        case 1 -> damaged[at] = (byte) "<>&'\"/ \n![]:?;#x0".charAt(random.nextInt(17));
        case 2 -> damaged = java.util.Arrays.copyOf(damaged, at);
        default -> {
          int from = random.nextInt(damaged.length);
          int length = Math.min(random.nextInt(40), damaged.length - Math.max(at, from));
          System.arraycopy(bytes, from, damaged, at, length);
        }
      }
    }
    return damaged;
  }
}
