package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** SECURITY.md lists what was looked up about each library; the package has those and no others. */
class ShippedJarsIT {
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([\\w, -]+) \\| (\\d[\\w.-]*) \\|");

  @Test
  void eachShippedJarWasLookedUpInItsVersion() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Repository.file("SECURITY.md")));
    while (row.find()) {
      for (String jar : row.group(1).split(", ", -1)) {
        listed.put(jar, row.group(2));
      }
    }
    assertThat(listed).isEqualTo(shipped());
  }

  private static Map<String, String> shipped() throws IOException {
    Map<String, String> jars = new TreeMap<>();
    try (var files = Files.list(Repository.file("deploy/target/hookbridge/lib"))) {
      files
          .map(file -> JAR.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .filter(jar -> !jar.group(1).startsWith("bridge-"))
          .forEach(jar -> jars.put(jar.group(1), jar.group(2)));
    }
    return jars;
  }

  /** Else whoever stands between the build and the download site chooses what compiles it. */
  @Test
  void theMavenThatBuildsItIsTheOneThatWasMeant() throws IOException {
    Properties wrapper = new Properties();
    try (var in = Files.newInputStream(Repository.file(".mvn/wrapper/maven-wrapper.properties"))) {
      wrapper.load(in);
    }
    assertThat(wrapper.getProperty("distributionSha256Sum")).matches("[0-9a-f]{64}");
  }
}
