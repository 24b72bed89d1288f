import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.KeyConstraintError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/**
 * A stand-in that speaks MongoDB's protocol, for development on machines without mongod. Compiled and run by
 * ../mongodb.ts: java -cp 'lib/*:classes' Server FILE PORT
 */
class Server {
  /** Wire version 13 is MongoDB 5.0. The library reports an older version, which current drivers refuse. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        public List<Integer> getVersionArray() {
          return List.of(5, 0, 0);
        }

        public int getWireVersion() {
          return 13;
        }
      };

  /** Writes reach the file at most this many milliseconds later. */
  private static final long COMMIT_EVERY = 250;

  /** Old parts of the file are rewritten this often, in milliseconds, a little each time, to limit its growth. */
  private static final long COMPACT_EVERY = 10_000;

  private static final int COMPACT_FILL_PERCENT = 50;
  private static final int COMPACT_BYTES = 1 << 20;

  /** The default of 16 holds about one page of rows with a megabyte each. Much more would leave the heap too little. */
  private static final int CACHE_MEGABYTES = 64;

  /**
   * A document is read, and written, with all others of its page. The default of 48 made a server that keeps some rows
   * of a megabyte so slow that its clients gave up.
   */
  private static final int DOCUMENTS_PER_PAGE = 8;

  /**
   * Commands hold the read lock, and writing the file holds the write lock. Written during a command, the file would
   * contain half of it after a kill: for example a collection without its index of `_id`, whose records cannot be
   * updated.
   */
  private static final ReadWriteLock GATE = new ReentrantReadWriteLock();

  public static void main(String[] args) throws InterruptedException {
    MVStore store =
        new MVStore.Builder()
            .fileName(args[0])
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .cacheSize(CACHE_MEGABYTES)
            .keysPerPage(DOCUMENTS_PER_PAGE)
            .open();
    H2Backend backend = new Backend(store);
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    try {
      server.bind("127.0.0.1", Integer.parseInt(args[1]));
    } catch (Exception e) {
      // The server's threads would keep the process running without a port.
      e.printStackTrace();
      System.exit(1);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    keepSaved(store);
  }

  private static void keepSaved(MVStore store) throws InterruptedException {
    long compacted = 0;
    while (!store.isClosed()) {
      Thread.sleep(COMMIT_EVERY);
      boolean due = System.currentTimeMillis() - compacted > COMPACT_EVERY;
      if (!due && !store.hasUnsavedChanges()) continue;
      GATE.writeLock().lock();
      try {
        if (store.isClosed()) return;
        store.commit();
        if (due) {
          store.compact(COMPACT_FILL_PERCENT, COMPACT_BYTES);
          compacted = System.currentTimeMillis();
        }
      } catch (Throwable e) {
        if (store.isClosed()) return;
        // The server's threads would continue to acknowledge writes that are never saved.
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
      } finally {
        GATE.writeLock().unlock();
      }
    }
  }

  private static class Backend extends H2Backend {
    Backend(MVStore store) {
      super(store);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      return new Database(name, getMvStore(), getCursorRegistry());
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      GATE.readLock().lock();
      try {
        return super.handleMessage(message);
      } finally {
        GATE.readLock().unlock();
      }
    }
  }

  private static class Database extends H2Database {
    Database(String name, MVStore store, CursorRegistry cursors) {
      super(name, store, cursors);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
        String collection, String index, List<IndexKey> keys, boolean sparse) {
      return new NarrowingIndex(super.openOrCreateUniqueIndex(collection, index, keys, sparse), sparse);
    }
  }

  /**
   * The library uses an index only when a query has conditions on its keys and nothing else; with any further condition
   * it reads the whole collection. As in MongoDB, this index finds documents by its keys, and the collection then
   * checks the further conditions.
   */
  private static class NarrowingIndex extends Index<Object> {
    private final Index<Object> index;

    NarrowingIndex(Index<Object> index, boolean sparse) {
      super(index.getName(), index.getKeys(), sparse);
      this.index = index;
    }

    @Override
    public boolean canHandle(Document query) {
      return query.keySet().containsAll(keys()) && index.canHandle(narrowed(query));
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
      return index.getPositions(narrowed(query));
    }

    private Document narrowed(Document query) {
      Document narrowed = new Document();
      for (String key : keys()) {
        narrowed.put(key, query.get(key));
      }
      return narrowed;
    }

    @Override
    public Object getPosition(Document document) {
      return index.getPosition(document);
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {
      index.checkAdd(document, collection);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
      index.add(document, position, collection);
    }

    @Override
    public Object remove(Document document) {
      return index.remove(document);
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {
      index.checkUpdate(before, after, collection);
    }

    @Override
    public void updateInPlace(
        Document before, Document after, Object position, MongoCollection<Object> collection)
        throws KeyConstraintError {
      index.updateInPlace(before, after, position, collection);
    }

    @Override
    public long getCount() {
      return index.getCount();
    }

    @Override
    public long getDataSize() {
      return index.getDataSize();
    }

    @Override
    public boolean isUnique() {
      return index.isUnique();
    }

    @Override
    public void drop() {
      index.drop();
    }
  }
}
