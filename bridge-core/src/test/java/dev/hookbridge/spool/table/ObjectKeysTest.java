package dev.hookbridge.spool.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.spool.repair.SpoolFile;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.SpoolException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which key a guest's or network's events had last. */
class ObjectKeysTest {
  @TempDir Path folder;

  private Spool open() throws SpoolException {
    return Spool.open(
        folder, "host", new Limits(64L << 20, WhenFull.DROP_OLDEST), new SimpleMeterRegistry());
  }

  private static Envelope event(String driver, String name, String operation, String key) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("specversion", "1.0");
    attributes.put("id", name + operation + key);
    attributes.put("type", "test");
    attributes.put("subject", name);
    attributes.put("time", "2026-01-15T09:30:00Z");
    attributes.put("partitionkey", key);
    Route route = new Route(driver, operation, "begin", name);
    return new Envelope(attributes, route, "{}".getBytes(StandardCharsets.UTF_8), -1);
  }

  @Test
  void theyAreKnownAtOnceAndDurableWithTheEvent() throws Exception {
    Envelope one = event("qemu", "g", "prepare", "u1");
    Envelope untaken = event("qemu", "h", "prepare", "u2");
    try (Spool spool = open()) {
      spool.sinks(java.util.Set.of("feed"));
      spool.keys().learn(one);
      assertThat(spool.keys().of("qemu", "g")).isEqualTo("u1");
      spool.append(Batch.of(List.of(one)));
      spool.keys().learn(untaken);
      assertThat(spool.keys().of("lxc", "g")).isNull();
    }
    try (Spool spool = open()) {
      assertThat(spool.keys().of("qemu", "g")).isEqualTo("u1");
      assertThat(spool.keys().of("qemu", "h")).as("its event was never stored").isNull();
      Envelope again = event("qemu", "g", "prepare", "u3");
      spool.keys().learn(again);
      spool.append(Batch.of(List.of(again)));
    }
    try (Spool spool = open()) {
      assertThat(spool.keys().of("qemu", "g")).isEqualTo("u3");
    }
  }

  @Test
  void aKeyOfTheNameAloneIsNothingToRemember() throws Exception {
    try (Spool spool = open()) {
      spool.keys().learn(event("qemu", "g", "start", "host/qemu/g"));
      spool.keys().learn(event("agent", "host", "agent_started", "host/agent"));
      assertThat(spool.keys().of("qemu", "g")).isNull();
      assertThat(spool.keys().of("agent", "host")).isNull();
    }
  }

  @Test
  void thoseThatHaveEndedAreForgottenFirstAndTheOldestOfThem() throws Exception {
    Path file = folder.resolve("spool.db");
    open().close();
    try (Database db = SpoolFile.open(file)) {
      ObjectKeys keys = ObjectKeys.load(db, 4);
      keys.learn(event("qemu", "long", "started", "u0"));
      for (int i = 1; i <= 4; i++) {
        keys.learn(event("qemu", "g" + i, "prepare", "u" + i));
        keys.learn(event("qemu", "g" + i, "release", "u" + i));
      }
      assertThat(keys.of("qemu", "long")).isEqualTo("u0");
      assertThat(keys.of("qemu", "g1")).isNull();
      assertThat(keys.of("qemu", "g4")).isEqualTo("u4");
      keys.saved(keys.save(db, 1));
      keys.learn(event("qemu", "g5", "prepare", "u5"));
      keys.saved(keys.save(db, 2));
      ObjectKeys loaded = ObjectKeys.load(db, 4);
      assertThat(loaded.of("qemu", "long")).isEqualTo("u0");
      assertThat(loaded.of("qemu", "g2")).isNull();
      assertThat(loaded.of("qemu", "g5")).isEqualTo("u5");
      assertThat(db.number("SELECT count(*) FROM object_key", -1)).isEqualTo(4);
    }
  }

  @Test
  void aRowThatWasAlteredIsAsGoodAsUnknownAndAnOldFileHasNone() throws Exception {
    Path file = folder.resolve("spool.db");
    open().close();
    try (Database db = SpoolFile.open(file)) {
      ObjectKeys keys = ObjectKeys.load(db);
      keys.learn(event("qemu", "g", "prepare", "u1"));
      keys.save(db, 1);
      db.run("UPDATE object_key SET key = 'u2'");
      assertThat(ObjectKeys.load(db).of("qemu", "g")).isNull();
      db.run("DROP TABLE object_key");
    }
    try (Spool spool = open()) {
      assertThat(spool.keys().of("qemu", "g")).isNull();
      Envelope event = event("qemu", "g", "prepare", "u1");
      spool.keys().learn(event);
      spool.append(Batch.of(List.of(event)));
    }
    try (Spool spool = open()) {
      assertThat(spool.keys().of("qemu", "g")).isEqualTo("u1");
    }
  }
}
