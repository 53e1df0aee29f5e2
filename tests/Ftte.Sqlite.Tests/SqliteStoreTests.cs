using Ftte.Aggregation;
using Ftte.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.StoreBench;

namespace Ftte.Sqlite.Tests;

public sealed class SqliteStoreTests : StoreConformanceTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Database => _folder.File("federation.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_dependency_injection_one_line_keeps_the_run()
    {
        for (int start = 0; start < 3; start++)
        {
            var services = new ServiceCollection();
            services.AddFtteServer().UseModel(Start).UseSelection(ParameterSelection.Full(Layout)).UseAggregator(new BufferedAggregatorOptions { Capacity = 2 }).UseSqlite(Database);
            await using ServiceProvider provider = services.BuildServiceProvider();
            FederatedServer server = provider.GetRequiredService<FederatedServer>();
            Assert.Equal(new ModelVersion(start), server.Current.Version);
            await RoundAsync(server, "a");
            Assert.Equal(UpdateOutcome.Published, await RoundAsync(server, "b"));
            Assert.Equal(start + 2, provider.GetRequiredService<SqliteStore>().GetVersions().Count);
        }
    }

    [Fact]
    public async Task A_model_with_another_layout_is_one_clear_error()
    {
        await FillAsync(Open(), 1);
        ParameterLayout other = ParameterLayout.Create(("w", [310]));
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(new ModelSnapshot(other, default, new float[310])).UseSelection(ParameterSelection.Full(other)).UseSqlite(Database);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Contains("layout", Assert.ThrowsAny<ArgumentException>(() => provider.GetRequiredService<FederatedServer>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_one_clear_error_and_stays_as_it_is()
    {
        await File.WriteAllTextAsync(Database, "These are my notes, and not a database at all.");
        await AssertLoadFailsAsync("is not a store of this library");
        Assert.StartsWith("These are my notes", await File.ReadAllTextAsync(Database), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_one_clear_error_and_stays_as_it_is()
    {
        Execute("CREATE TABLE photo (id INTEGER PRIMARY KEY)");
        byte[] before = await File.ReadAllBytesAsync(Database);
        await AssertLoadFailsAsync("is not a store of this library");
        Assert.Equal(before, await File.ReadAllBytesAsync(Database));
    }

    [Fact]
    public async Task A_newer_schema_is_one_clear_error()
    {
        await FillAsync(Open(), 1);
        Execute("PRAGMA user_version = 99");
        await AssertLoadFailsAsync("has schema version 99, but this library supports versions up to 2. Update Ftte.Sqlite.");
    }

    [Fact]
    public async Task An_older_schema_is_upgraded_and_nothing_is_lost()
    {
        await FillAsync(Open(keepVersions: 0), 2);
        Execute("DROP INDEX version_content; DROP TABLE version; PRAGMA user_version = 1");
        Assert.Contains("has schema version 1", Assert.Throws<StoreException>(() => new SqliteStore(Database).GetVersions()).Message, StringComparison.Ordinal);

        await using var store = new SqliteStore(Database);
        await using FederatedServer server = await StartAsync(store);
        Assert.Equal(new ModelVersion(2), server.Current.Version);
        Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Published], [await RoundAsync(server, "d0"), await RoundAsync(server, "d1")]);
        Assert.Equal([new ModelVersion(3)], store.GetVersions().Select(version => version.Version));
    }

    [Fact]
    public void An_upgrade_that_is_interrupted_leaves_the_older_schema()
    {
        using (SqliteConnection connection = SqliteConnectionExtensions.Open(Database, SqliteOpenMode.ReadWriteCreate))
        {
            Schema.Upgrade(connection, 0, 1);
            connection.Execute("CREATE TABLE version (id INTEGER)");
            Assert.Throws<SqliteException>(() => Schema.Upgrade(connection, 1, 2));
            Assert.Equal(1, Schema.Check(connection, Database));
        }
    }

    [Fact]
    public async Task A_missing_folder_is_one_clear_error()
    {
        await using var store = new SqliteStore(_folder.File("missing/federation.db"));
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await store.LoadAsync());
        Assert.Contains("does not exist. Create it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_pages_are_one_clear_error()
    {
        await FillAsync(Open(), 2);
        byte[] bytes = await File.ReadAllBytesAsync(Database);
        for (int page = 0; page < bytes.Length / 8192; page++)
        {
            byte[] damaged = [.. bytes];
            damaged.AsSpan((page * 8192) + (page == 0 ? 100 : 0), 4000).Fill(0xA5);
            await File.WriteAllBytesAsync(Database, damaged);
            await using var store = new SqliteStore(Database);
            try
            {
                await using FederatedServer server = await StartAsync(store);
            }
            catch (Exception error) when (error is StoreException or Wire.WireFormatException)
            {
                Assert.Matches("corrupt|not a store", error.Message);
            }
        }
    }

    [Fact]
    public async Task A_backup_of_a_running_server_is_a_whole_store()
    {
        string copy = _folder.File("backup.db");
        await File.WriteAllTextAsync(copy, "an earlier backup");
        await using (var store = new SqliteStore(Database))
        {
            await using FederatedServer server = await StartAsync(store);
            using var stop = new CancellationTokenSource();
            Task load = Task.Run(async () =>
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    await RoundAsync(server, $"d{i % 2}");
                }
            });
            await store.BackupAsync(copy);
            await stop.CancelAsync();
            await load;
            await Assert.ThrowsAsync<ArgumentException>(() => store.BackupAsync(Database));
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.BackupAsync(_folder.File("missing/backup.db")));
            Assert.Contains("backup.db", error.Message, StringComparison.Ordinal);
        }

        await using var restored = new SqliteStore(copy);
        await using FederatedServer resumed = await StartAsync(restored);
        Assert.Equal(restored.ReadVersion(resumed.Current.Version, Layout).Fingerprint, resumed.Current.Fingerprint);
        Assert.Equal(["backup.db", "backup.db-shm", "backup.db-wal", "backup.db.lock"], Directory.GetFiles(_folder.Root, "backup*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_store_that_does_not_exist_is_one_clear_error_for_readers() =>
        Assert.Contains("does not exist", Assert.Throws<StoreException>(() => new SqliteStore(_folder.File("none.db")).GetVersions()).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_out_of_range_are_one_clear_error()
    {
        Assert.Throws<ArgumentException>(() => new SqliteStore(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteStore(new SqliteStoreOptions { Path = Database, KeepVersions = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteStore(new SqliteStoreOptions { Path = Database, MaxBytes = 1000 }));
    }

    protected override IServerStore Open(int? keepVersions = 10) => new SqliteStore(new SqliteStoreOptions { Path = Database, KeepVersions = keepVersions });

    protected override Task<IReadOnlyList<StoredVersion>> GetVersionsAsync() => Task.FromResult(new SqliteStore(Database).GetVersions());

    protected override async Task<ModelSnapshot> ReadVersionAsync(ModelVersion version, ParameterLayout layout)
    {
        await Task.CompletedTask;
        return new SqliteStore(Database).ReadVersion(version, layout);
    }

    protected override Task<long> CountBlobsAsync() => Task.FromResult(ReadLong("SELECT COUNT(DISTINCT sha256) FROM blob"));

    /// <summary>Increases the number of the owner, as on a file system without locks.</summary>
    protected override Task TakeOverAsync()
    {
        Execute("UPDATE owner SET epoch = epoch + 1");
        return Task.CompletedTask;
    }

    protected override Task DamageAsync(Damage damage)
    {
        Execute(damage switch
        {
            Damage.BlobContent => "UPDATE blob SET bytes = CAST(substr(bytes, 2) || x'00' AS BLOB)",
            Damage.BlobLength => "UPDATE blob SET bytes = substr(bytes, 2)",
            _ => "DELETE FROM log WHERE number = (SELECT MIN(number) FROM log)",
        });
        return Task.CompletedTask;
    }

    private async Task AssertLoadFailsAsync(string message)
    {
        await using var store = new SqliteStore(Database);
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await store.LoadAsync());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    private void Execute(string statements)
    {
        using SqliteConnection connection = SqliteConnectionExtensions.Open(Database, SqliteOpenMode.ReadWriteCreate);
        connection.Execute(statements);
    }

    private long ReadLong(string statement)
    {
        using SqliteConnection connection = SqliteConnectionExtensions.Open(Database, SqliteOpenMode.ReadWrite);
        return connection.ReadLong(statement);
    }
}
