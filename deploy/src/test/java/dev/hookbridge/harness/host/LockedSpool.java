package dev.hookbridge.harness.host;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The spool's file as another process has it that writes. */
public record LockedSpool(Connection connection) implements AutoCloseable {
  public static LockedSpool of(Host host) throws SQLException {
    Path file = host.data.resolve("spool/spool.db");
    return new LockedSpool(DriverManager.getConnection("jdbc:sqlite:" + file));
  }

  public void begin() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 60000");
      statement.execute("BEGIN IMMEDIATE");
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
