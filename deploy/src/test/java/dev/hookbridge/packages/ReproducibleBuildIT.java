package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds the sources once more in another folder and compares the packages and jars with those of
 * this build, byte for byte. Only the list of classes for the archive is given to it: it is made by
 * a run of the agent, which may load a class more or less.
 */
class ReproducibleBuildIT {
  private static final Set<String> NOT_SOURCES = Set.of("target", ".git");

  @TempDir Path copy;

  @Test
  void secondBuildInAnotherFolderIsTheSame() throws Exception {
    List<Path> built = new ArrayList<>(List.of(Built.deb(), Built.rpm(), Built.archive()));
    for (String module : List.of("bridge-core/api", "bridge-core", "bridge-kafka", "bridge-amqp")) {
      built.add(jar(Repository.file(module + "/target")));
    }
    copySources();
    build();
    List<Path> different = new ArrayList<>();
    for (Path one : built) {
      Path other = copy.resolve(Repository.root().relativize(one));
      if (Files.mismatch(one, other) >= 0) {
        different.add(one);
      }
    }
    assertThat(different)
        .as("files that differ from those of a second build; './mvnw clean' removes old classes")
        .isEmpty();
  }

  private static Path jar(Path target) throws IOException {
    try (var files = Files.newDirectoryStream(target, "bridge-*[0-9T].jar")) {
      return files.iterator().next();
    }
  }

  private void copySources() throws IOException {
    Path root = Repository.root();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_SOURCES.contains(String.valueOf(folder.getFileName()))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(copy.resolve(root.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, copy.resolve(root.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Without the network: the build that runs this test has fetched everything. */
  private void build() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "./mvnw",
            "-o",
            "-B",
            "-ntp",
            "-q",
            "-DskipTests",
            "-Dspotless.check.skip=true",
            "package");
    builder.directory(copy.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .put(
            "HOOKBRIDGE_CLASSES",
            Repository.file("deploy/target/hookbridge/lib/hookbridge.classes").toString());
    File log = copy.resolve("build.log").toFile();
    Process process = builder.redirectOutput(log).start();
    if (!process.waitFor(20, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as(Files.readString(log.toPath())).isZero();
  }
}
