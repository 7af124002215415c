package dev.hookbridge.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What reaches stderr, and how it looks there. */
class LogTest {
  private static final Logger OURS = LoggerFactory.getLogger("dev.hookbridge.agent.Agent");
  private static final Instant TIME = Instant.parse("2026-11-28T12:00:00.123456Z");

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void catchStderr() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
    Log.set(Level.INFO, Log.Format.TEXT);
  }

  private String written() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theLevelIsForOurOwn() {
    Log.set(Level.WARN, Log.Format.TEXT);
    OURS.info("not this");
    OURS.warn("but {}", "this");
    LoggerFactory.getLogger("org.example.Library").info("never");
    LoggerFactory.getLogger("org.example.Library").warn("a library warns");
    assertThat(written()).doesNotContain("not this", "never").contains("WARN but this\n");
    assertThat(written()).contains("WARN a library warns\n");
    Log.set(Level.DEBUG, Log.Format.TEXT);
    OURS.debug("now this");
    LoggerFactory.getLogger("org.example.Library").debug("never");
    assertThat(written()).contains("DEBUG now this\n").doesNotContain("never");
  }

  @Test
  void clientsThatRepeatThemselvesAreSilent() {
    LoggerFactory.getLogger("org.apache.kafka.clients.NetworkClient").error("again");
    LoggerFactory.getLogger("com.rabbitmq.client.impl.Foo").error("again");
    assertThat(written()).isEmpty();
  }

  @Test
  void aLineIsOneJsonObject() throws Exception {
    Log.set(Level.INFO, Log.Format.JSON);
    OURS.warn(
        "guest {} \u2028 \"web\"\n<6>forged", "w\u001b[31mö", new IllegalStateException("why"));
    assertThat(written()).endsWith("}\n");
    assertThat(written().lines()).hasSize(1);
    assertThat(written()).matches("\\p{ASCII}+");
    JsonNode line = new ObjectMapper().readTree(written());
    assertThat(line.get("level").asText()).isEqualTo("warn");
    assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
    assertThat(line.get("message").asText())
        .isEqualTo("guest w\u001b[31mö \u2028 \"web\"\n<6>forged");
    assertThat(line.get("error").asText()).contains("IllegalStateException: why", "\tat ");
    assertThat(Instant.parse(line.get("time").asText())).isBetween(TIME, Instant.now());
  }

  @Test
  void aMessageCannotForgeALine() {
    OURS.warn("guest {}", "a\n12:00:00.000 [main] ERROR forged\u001b[2J\u009b2J\r\u202e\u2028");
    assertThat(written().lines()).hasSize(1);
    assertThat(written()).contains("guest a?12:00:00.000 [main] ERROR forged?[2J?2J???");
  }

  @Test
  void theJournalHasTheTimeAndIsTheOneToldTheLevel() {
    TextLine text = new TextLine(true);
    assertThat(text.of(TIME, "main", Level.ERROR, "m", null)).isEqualTo("<3>[main] ERROR m\n");
    assertThat(text.of(TIME, "main", Level.WARN, "m", new IllegalStateException("why")).lines())
        .allMatch(line -> line.startsWith("<4>"))
        .hasSizeGreaterThan(2);
    assertThat(new JsonLine(true).of(TIME, "main", Level.INFO, "m", null))
        .isEqualTo(
            "<6>{\"time\":\"2026-11-28T12:00:00.123Z\",\"level\":\"info\",\"thread\":\"main\","
                + "\"message\":\"m\"}\n");
    assertThat(Journal.readsStderr()).isFalse();
  }
}
