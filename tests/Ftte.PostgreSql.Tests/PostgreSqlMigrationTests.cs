using Ftte.Sqlite;
using Ftte.Storage;
using static Ftte.StoreBench;

namespace Ftte.PostgreSql.Tests;

[Collection(PostgreSqlGroup.Name)]
public sealed class PostgreSqlMigrationTests(PostgreSqlServer database) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PostgreSqlStoreOptions _target = new();

    private string File => _folder.File("federation.db");

    public async Task InitializeAsync()
    {
        if (PostgreSqlPrograms.Obstacle is null)
        {
            _target = new PostgreSqlStoreOptions { ConnectionString = await database.CreateDatabaseAsync(), KeepVersions = 3 };
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [StoreFact]
    public async Task A_stopped_server_with_a_file_continues_in_the_database_with_the_same_bits()
    {
        ulong fingerprint;
        TrainingAssignment answered, open;
        await using (var store = new SqliteStore(File))
        {
            await using FederatedServer server = await StartAsync(store);
            for (int i = 0; i < 10; i++)
            {
                await RoundAsync(server, $"d{i % 2}");
            }

            answered = (await AssignAsync(server, "a"))!;
            open = (await AssignAsync(server, "b"))!;
            Assert.Equal(UpdateOutcome.Buffered, await SubmitAsync(server, answered));
            fingerprint = server.Current.Fingerprint;
        }

        MigrationReport report = await MigrateAsync();
        Assert.Equal(3, report.Versions);
        Assert.True(report.Records > 0 && report.CheckpointBytes > 0);
        Assert.Equal(new SqliteStore(File).GetVersions().TakeLast(3), await new PostgreSqlStore(_target).GetVersionsAsync());

        await using var migrated = new PostgreSqlStore(_target);
        await using FederatedServer next = await StartAsync(migrated);
        Assert.Equal((new ModelVersion(5), fingerprint), (next.Current.Version, next.Current.Fingerprint));
        Assert.Equal([UpdateOutcome.Duplicate, UpdateOutcome.Published], [await SubmitAsync(next, answered), await SubmitAsync(next, open)]);

        // A server that continues in the file publishes the same version.
        await using var file = new SqliteStore(File);
        await using FederatedServer old = await StartAsync(file);
        Assert.Equal(UpdateOutcome.Published, await SubmitAsync(old, open));
        Assert.Equal(old.Current.Fingerprint, next.Current.Fingerprint);
    }

    [StoreFact]
    public async Task A_running_server_is_refused_and_nothing_is_copied()
    {
        await using (var store = new SqliteStore(File))
        {
            await using FederatedServer server = await StartAsync(store);
            await using var running = new SqliteStore(File);
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => PostgreSqlMigration.CopyAsync(running, _target));
            Assert.Contains("is in use by another server", error.Message, StringComparison.Ordinal);
        }

        await MigrateAsync();
    }

    [StoreFact]
    public async Task A_database_that_contains_a_run_is_refused_and_stays_as_it_is()
    {
        await FillAsync(new SqliteStore(File), 1);
        await FillAsync(new PostgreSqlStore(_target), 2);
        StoreException error = await Assert.ThrowsAsync<StoreException>(MigrateAsync);
        Assert.Contains("already contains a run", error.Message, StringComparison.Ordinal);
        await using var store = new PostgreSqlStore(_target);
        await using FederatedServer server = await StartAsync(store);
        Assert.Equal(new ModelVersion(2), server.Current.Version);
    }

    [StoreFact]
    public async Task An_empty_source_is_refused()
    {
        await using var empty = new SqliteStore(File);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => PostgreSqlMigration.CopyAsync(empty, _target));
        Assert.Contains("contains no run", error.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_copy_that_fails_leaves_no_run_and_can_be_repeated()
    {
        await FillAsync(new SqliteStore(File), 2);
        await using (var prepared = new PostgreSqlStore(_target))
        {
            await prepared.LoadAsync();
        }

        await PostgreSqlServer.ExecuteAsync(_target.ConnectionString, "ALTER TABLE ftte.checkpoint ADD CHECK (length < 0)");
        await Assert.ThrowsAsync<StoreException>(MigrateAsync);
        Assert.Equal(0, await PostgreSqlServer.ReadAsync<long>(_target.ConnectionString, "SELECT count(*) FROM ftte.log"));
        await PostgreSqlServer.ExecuteAsync(_target.ConnectionString, "ALTER TABLE ftte.checkpoint DROP CONSTRAINT checkpoint_length_check");
        Assert.Equal(3, (await MigrateAsync()).Versions);
    }

    [StoreFact]
    public async Task A_copy_that_the_database_changes_is_one_clear_error()
    {
        await FillAsync(new SqliteStore(File), 2);
        await using (var prepared = new PostgreSqlStore(_target))
        {
            await prepared.LoadAsync();
        }

        await PostgreSqlServer.ExecuteAsync(
            _target.ConnectionString,
            "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.bytes := NEW.bytes || '\\x00'::bytea; RETURN NEW; END $$; CREATE TRIGGER change BEFORE INSERT ON ftte.log FOR EACH ROW EXECUTE FUNCTION change()");
        StoreException error = await Assert.ThrowsAsync<StoreException>(MigrateAsync);
        Assert.Contains("differs from the source", error.Message, StringComparison.Ordinal);
    }

    private async Task<MigrationReport> MigrateAsync()
    {
        await using var source = new SqliteStore(File);
        IEnumerable<ModelSnapshot> versions = source.GetVersions().Select(version => source.ReadVersion(version.Version, Layout)).ToList();
        return await PostgreSqlMigration.CopyAsync(source, _target, versions);
    }
}
