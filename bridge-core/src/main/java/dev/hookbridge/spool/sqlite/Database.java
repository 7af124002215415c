package dev.hookbridge.spool.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * A connection to a SQLite file. It prepares each statement once. Use it on one thread at a time.
 * Begin and end a transaction with {@link #run}; outside a transaction each statement is one of its
 * own.
 */
public final class Database implements AutoCloseable {
  private static final int PATIENCE_MS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  private Database(Connection connection) {
    this.connection = connection;
  }

  /** Opens an existing file. */
  public static Database open(Path file, int cacheKiB) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setBusyTimeout(PATIENCE_MS);
    Database database = new Database(config.createConnection("jdbc:sqlite:" + file));
    try {
      database.run("PRAGMA synchronous = FULL");
      database.run("PRAGMA temp_store = MEMORY");
      database.run("PRAGMA cache_size = -" + cacheKiB);
      database.run("PRAGMA wal_autocheckpoint = 0");
    } catch (SQLException e) {
      database.close();
      throw e;
    }
    return database;
  }

  /** Runs a statement to its end, and ignores its result. */
  public void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** Runs a statement that changes rows. Returns the number of changed rows. */
  public int update(String sql, @Nullable Object... values) throws SQLException {
    return using(sql, PreparedStatement::executeUpdate, values);
  }

  /**
   * Returns the number in the first column of the first row, or {@code none} when there is no row.
   */
  public long number(String sql, long none, @Nullable Object... values) throws SQLException {
    return first(sql, row -> row.getLong(1), values).orElse(none);
  }

  /** Returns the first row of a query; empty when there is no row. */
  public <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... values)
      throws SQLException {
    List<T> rows = new ArrayList<>(1);
    each(
        sql,
        result -> {
          rows.add(row.read(result));
          return false;
        },
        values);
    return rows.stream().findFirst();
  }

  /** Returns all rows of a query. */
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
    List<T> rows = new ArrayList<>();
    each(
        sql,
        result -> {
          rows.add(row.read(result));
          return true;
        },
        values);
    return rows;
  }

  /** Passes the rows of a query to {@code row}, until it returns false. */
  public void each(String sql, Row<Boolean> row, @Nullable Object... values) throws SQLException {
    using(
        sql,
        statement -> {
          try (ResultSet result = statement.executeQuery()) {
            boolean wanted = true;
            while (wanted && result.next()) {
              wanted = row.read(result);
            }
            return true;
          }
        },
        values);
  }

  /**
   * Runs a prepared statement. The driver closes a statement that failed, so the next call prepares
   * it again.
   */
  private <T> T using(String sql, Use<T> use, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.remove(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
    }
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      T result = use.of(statement);
      prepared.put(sql, statement);
      return result;
    } catch (SQLException | RuntimeException e) {
      closeQuietly(statement, e);
      throw e;
    }
  }

  private static void closeQuietly(PreparedStatement statement, Exception reason) {
    try {
      statement.close();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** Closes a connection that only read, and ignores a failure, because nothing can be lost. */
  public void closeQuietly() {
    try {
      close();
    } catch (SQLException e) {
      LOG.debug("a reading connection could not be closed", e);
    }
  }

  /** Makes a value of a row. */
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** A use of a prepared statement. */
  private interface Use<T> {
    T of(PreparedStatement statement) throws SQLException;
  }
}
