package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.Meta;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDamageTest {
  private static final Limits LIMITS = new Limits(16L << 20, WhenFull.DROP_OLDEST);
  private final Random random = new Random(4);
  @TempDir Path folder;

  private Spool open() throws SpoolException {
    Spool spool = Spool.open(folder, "host", LIMITS, new SimpleMeterRegistry());
    spool.sinks(Set.of("a"));
    return spool;
  }

  private String filled() throws SpoolException {
    try (Spool spool = open()) {
      spool.append(Batch.of(Samples.events(random, 200, 2000)));
      spool.append(Batch.ofOwn(Samples.event("started", 10)).reportingPrevious());
      return spool.epoch();
    }
  }

  private void overwrite(long from, int bytes) throws IOException {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    try (RandomAccessFile file = new RandomAccessFile(Folder.file(folder).toFile(), "rw")) {
      file.seek(from);
      file.write(noise);
    }
  }

  private List<String> setAside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("spool.db.damaged-"))
          .toList();
    }
  }

  /** Everything a start with a damaged file must do. */
  private void beginsNewEpoch(String epochBefore, int intact) throws Exception {
    Map<Long, Long> lost = new TreeMap<>();
    try (Spool spool = open()) {
      assertThat(spool.epoch()).isNotEqualTo(epochBefore);
      assertThat(spool.previous()).contains(new PreviousEpoch(epochBefore, OptionalLong.of(201)));
      assertThat(Files.exists(spool.setAside().orElseThrow().file())).isTrue();
      assertThat(setAside()).hasSize(1);
      long saved = spool.events();
      assertThat(saved).isGreaterThanOrEqualTo(intact);
      for (DropRecord drop : spool.unreportedDrops()) {
        assertThat(drop.reason()).isEqualTo("damaged");
        assertThat(drop.sinks()).containsExactly("a");
        lost.put(drop.first().orElseThrow(), drop.count().orElseThrow());
      }
      assertThat(lost.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(201 - saved);
      spool.append(Batch.of(Samples.events(random, 1, 10)));
      assertThat(spool.last()).isEqualTo(202);
    }
    try (Spool spool = open()) {
      assertThat(spool.setAside()).isEmpty();
      spool.append(
          Batch.ofOwn(Samples.event("lost", 10)).reporting(List.copyOf(spool.unreportedDrops())));
      assertThat(spool.unreportedDrops()).isEmpty();
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsReplaced() throws Exception {
    String epoch = filled();
    overwrite(0, 4096);
    beginsNewEpoch(epoch, 0);
  }

  @Test
  void anEmptyFileIsReplaced() throws Exception {
    Files.createFile(Folder.file(folder));
    try (Spool spool = open()) {
      assertThat(spool.setAside()).isPresent();
      assertThat(spool.unreportedDrops()).isEmpty();
      assertThat(spool.previous()).contains(new PreviousEpoch("unknown", OptionalLong.empty()));
    }
  }

  @Test
  void intactEventsOfATruncatedFileAreSaved() throws Exception {
    String epoch = filled();
    try (RandomAccessFile file = new RandomAccessFile(Folder.file(folder).toFile(), "rw")) {
      file.setLength(file.length() / 2 / 4096 * 4096);
    }
    beginsNewEpoch(epoch, 50);
  }

  @Test
  void damageFoundInUseIsRepairedByTheNextStart() throws Exception {
    String epoch = filled();
    long size = Files.size(Folder.file(folder));
    List<SpoolException> heard = new ArrayList<>();
    try (Spool spool = open()) {
      spool.onDamage(heard::add);
      overwrite(size / 3 / 4096 * 4096, (int) (size / 3));
      assertThatThrownBy(
              () -> {
                for (long at = 0; at < 201; at++) {
                  spool.read("a", at, 1, 1L << 20);
                }
              })
          .isInstanceOfSatisfying(
              SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED))
          .hasMessage(
              "The spool in "
                  + folder
                  + " is damaged; restart the agent, it saves what is intact.");
    }
    assertThat(heard).isNotEmpty();
    beginsNewEpoch(epoch, 60);
  }

  @Test
  void oneDamagedEventIsTakenOutAndTheOthersAreDelivered() throws Exception {
    String epoch = filled();
    try (Database db = Database.open(Folder.file(folder), 512)) {
      db.update("UPDATE event SET data = CAST(replace(data, 'x', 'y') AS BLOB) WHERE seq = 77");
    }
    try (Spool spool = open()) {
      assertThat(spool.read("a", 0, 1000, 1L << 30)).hasSize(200);
      DropRecord drop = spool.unreportedDrops().get(0);
      assertThat(drop.reason()).isEqualTo("damaged");
      assertThat(drop.count()).isEqualTo(OptionalLong.of(1));
      assertThat(drop.sinks()).containsExactly("a");
      long lost = drop.first().orElseThrow();
      assertThat(spool.get(lost)).isEmpty();
      assertThat(spool.cursor("a").confirmed(lost)).isTrue();
      assertThat(folder.resolve("aside").resolve("event-" + lost)).isRegularFile();
      assertThat(spool.epoch()).isEqualTo(epoch);
    }
  }

  @Test
  void filesThatAreRemovedInUseAreWrittenAgain() throws Exception {
    String epoch = filled();
    Spool removed = open();
    Files.delete(Folder.file(folder));
    Files.delete(Folder.wal(Folder.file(folder)));
    assertThatThrownBy(removed::save)
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED))
        .hasMessageContaining("removed or replaced");
    assertThatThrownBy(() -> removed.append(Batch.of(Samples.events(random, 1, 10))))
        .isInstanceOf(SpoolException.class);
    assertThatThrownBy(removed::close).isInstanceOf(SpoolException.class);
    try (Spool spool = open()) {
      assertThat(spool.epoch()).isEqualTo(epoch);
      assertThat(spool.read("a", 0, 1000, 1L << 30)).hasSize(201);
      assertThat(spool.unreportedDrops()).isEmpty();
    }
  }

  @Test
  void replacedFileCanBeViewed() throws Exception {
    filled();
    Files.createFile(folder.resolve("damaged"));
    try (Spool spool = open();
        SpoolView view = SpoolView.open(spool.setAside().orElseThrow().file())) {
      assertThat(view.events()).isEqualTo(201);
      assertThat(view.events(0, 1000)).hasSize(201);
      assertThat(spool.events()).isEqualTo(201);
      assertThat(spool.unreportedDrops()).isEmpty();
    }
  }

  @Test
  void aDatabaseOfAnotherProgramIsLeftAlone() throws Exception {
    Path file = Folder.file(folder);
    Files.createFile(file);
    try (Database other = Database.open(file, 512)) {
      other.run("CREATE TABLE invoice (number INTEGER)");
    }
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FOREIGN))
        .hasMessage(file + " is a database of another program; move it away.");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(setAside()).isEmpty();
  }

  @Test
  void aNewerSchemaIsLeftAlone() throws Exception {
    filled();
    try (Database db = Database.open(Folder.file(folder), 512)) {
      new Meta(db).put("schema", 3);
    }
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NEWER))
        .hasMessageContaining("schema 3, this one knows up to 2");
    assertThat(setAside()).isEmpty();
  }

  @Test
  void theFirstSchemaIsLeftAlone() throws Exception {
    filled();
    try (Database db = Database.open(Folder.file(folder), 512)) {
      db.run("DROP TABLE meta");
      db.run("CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID");
    }
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FOREIGN))
        .hasMessageContaining("schema 1");
    assertThat(setAside()).isEmpty();
  }

  @Test
  void aFolderThatCannotBeUsedIsSaidInOneSentence() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(
            () -> Spool.open(file.resolve("spool"), "host", LIMITS, new SimpleMeterRegistry()))
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
        .hasMessageContaining("cannot be used");
  }

  @Test
  void aDraftLeftByACrashIsReplaced() throws Exception {
    Files.writeString(folder.resolve("spool.db.new"), "half");
    try (Spool spool = open()) {
      assertThat(spool.last()).isZero();
      assertThat(folder.resolve("spool.db.new")).doesNotExist();
    }
  }
}
