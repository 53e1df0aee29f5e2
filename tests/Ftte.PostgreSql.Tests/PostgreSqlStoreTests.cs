using Ftte.Aggregation;
using Ftte.Storage;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.StoreBench;

namespace Ftte.PostgreSql.Tests;

[Collection(PostgreSqlGroup.Name)]
public sealed class PostgreSqlStoreTests(PostgreSqlServer database) : StoreConformanceTests, IAsyncLifetime
{
    private string _connectionString = "";

    public async Task InitializeAsync() => _connectionString = PostgreSqlPrograms.Obstacle is null ? await database.CreateDatabaseAsync() : "";

    public Task DisposeAsync() => Task.CompletedTask;

    [StoreFact]
    public async Task With_dependency_injection_one_line_keeps_the_run()
    {
        for (int start = 0; start < 3; start++)
        {
            var services = new ServiceCollection();
            services.AddFtteServer().UseModel(Start).UseSelection(ParameterSelection.Full(Layout)).UseAggregator(new BufferedAggregatorOptions { Capacity = 2 }).UsePostgreSql(_connectionString);
            await using ServiceProvider provider = services.BuildServiceProvider();
            FederatedServer server = provider.GetRequiredService<FederatedServer>();
            Assert.Equal(new ModelVersion(start), server.Current.Version);
            await RoundAsync(server, "a");
            Assert.Equal(UpdateOutcome.Published, await RoundAsync(server, "b"));
            Assert.Equal(start + 2, (await provider.GetRequiredService<PostgreSqlStore>().GetVersionsAsync()).Count);
        }
    }

    [StoreFact]
    public async Task Federations_in_one_database_do_not_affect_each_other()
    {
        await FillAsync(OpenFederation("a"), 3);
        await using IServerStore first = OpenFederation("a"), second = OpenFederation("b");
        await using FederatedServer a = await StartAsync(first), b = await StartAsync(second);
        Assert.Equal((new ModelVersion(3), default(ModelVersion)), (a.Current.Version, b.Current.Version));
        Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Buffered], [await RoundAsync(a, "d0"), await RoundAsync(b, "d0")]);
    }

    [StoreFact]
    public async Task A_server_with_a_name_uses_it_for_its_federation()
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: "watch").UseModel(Start).UseSelection(ParameterSelection.Full(Layout)).UsePostgreSql(_connectionString);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredKeyedService<FederatedServer>("watch"));
        Assert.Equal("watch", await PostgreSqlServer.ReadAsync<string>(_connectionString, "SELECT name FROM ftte.federation"));
    }

    [StoreFact]
    public async Task Servers_that_start_at_once_create_the_tables_once()
    {
        IServerStore[] stores = [.. Enumerable.Range(0, 6).Select(i => OpenFederation($"f{i}"))];
        await Task.WhenAll(stores.Select(store => store.LoadAsync().AsTask()));
        Assert.Equal(6, await PostgreSqlServer.ReadAsync<long>(_connectionString, "SELECT count(*) FROM ftte.federation"));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [StoreFact]
    public async Task Of_many_servers_of_a_federation_that_start_at_once_one_owns_it()
    {
        IServerStore[] stores = [.. Enumerable.Range(0, 6).Select(_ => Open())];
        StoreException?[] errors = await Task.WhenAll(stores.Select(async store =>
        {
            try
            {
                await store.LoadAsync();
                return null;
            }
            catch (StoreException error)
            {
                return error;
            }
        }));
        Assert.Single(errors, (StoreException?)null);
        Assert.All(errors.Where(error => error is not null), error => Assert.Contains("is in use by another server (session ", error!.Message, StringComparison.Ordinal));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [StoreFact]
    public async Task A_schema_of_another_program_is_one_clear_error_and_stays_as_it_is()
    {
        await PostgreSqlServer.ExecuteAsync(_connectionString, "CREATE SCHEMA ftte; CREATE TABLE ftte.photo (id int)");
        await AssertLoadFailsAsync(_connectionString, "is not a store of this library", isTransient: false);
        Assert.Equal(1, await PostgreSqlServer.ReadAsync<long>(_connectionString, "SELECT count(*) FROM pg_class WHERE relnamespace = 'ftte'::regnamespace"));
    }

    [StoreFact]
    public async Task A_schema_that_an_administrator_created_is_used()
    {
        await PostgreSqlServer.ExecuteAsync(_connectionString, "CREATE SCHEMA ftte");
        await FillAsync(Open(), 1);
    }

    [StoreFact]
    public async Task A_newer_schema_is_one_clear_error()
    {
        await FillAsync(Open(), 1);
        await PostgreSqlServer.ExecuteAsync(_connectionString, "UPDATE ftte.schema_version SET version = 99");
        await AssertLoadFailsAsync(_connectionString, "has schema version 99, but this library supports versions up to 2. Update Ftte.PostgreSql.", isTransient: false);
    }

    [StoreFact]
    public async Task An_upgrade_that_is_interrupted_leaves_no_tables()
    {
        await PostgreSqlServer.ExecuteAsync(_connectionString, "CREATE SCHEMA ftte; CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF tg_tag = 'CREATE INDEX' THEN RAISE 'no index'; END IF; END $$; CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()");
        await AssertLoadFailsAsync(_connectionString, "no index", isTransient: false);
        Assert.Equal(0, await PostgreSqlServer.ReadAsync<long>(_connectionString, "SELECT count(*) FROM pg_class WHERE relnamespace = 'ftte'::regnamespace"));
        await PostgreSqlServer.ExecuteAsync(_connectionString, "DROP EVENT TRIGGER refuse");
        await FillAsync(Open(), 1);
    }

    [StoreFact]
    public async Task A_database_that_does_not_exist_is_one_clear_error() =>
        await AssertLoadFailsAsync(database.ConnectionString("missing"), "PostgreSQL database 'missing'", isTransient: false);

    [StoreFact]
    public async Task A_user_without_rights_is_one_clear_error()
    {
        await PostgreSqlServer.ExecuteAsync(_connectionString, "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN");
        await AssertLoadFailsAsync(_connectionString.Replace("Username=ftte", "Username=guest", StringComparison.Ordinal), "Grant the user CREATE on the database", isTransient: false);
    }

    [Fact]
    public async Task A_database_server_that_does_not_run_is_one_clear_error() =>
        await AssertLoadFailsAsync("Host=127.0.0.1;Port=1;Username=ftte;Database=none", "at 127.0.0.1:1 cannot be reached: ", isTransient: true);

    [StoreFact]
    public async Task Readers_of_a_database_without_a_store_get_one_clear_error()
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => new PostgreSqlStore(_connectionString).GetVersionsAsync());
        Assert.Contains("There is no store of federation 'default'", error.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task An_earlier_owner_that_still_has_its_session_cannot_write()
    {
        await using IServerStore first = Open();
        await first.LoadAsync();
        await first.CommitAsync(new StoreBatch([new StoreRecord(1, new byte[] { 1 })], null, []));

        // The session of the first owner ends without its knowledge, as if the network had failed.
        await PostgreSqlServer.ExecuteAsync(_connectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Ftte'");
        await using IServerStore second = Open();
        StoreContent content = await second.LoadAsync();
        Assert.Equal([1], await content.Records.Select(record => record.Number).ToListAsync());

        var late = new StoreBatch([new StoreRecord(2, new byte[] { 2 })], null, []);
        Assert.True((await Assert.ThrowsAsync<StoreException>(async () => await first.CommitAsync(late))).IsTransient);
        StoreException refusal = await Assert.ThrowsAsync<StoreException>(async () => await first.CommitAsync(late));
        Assert.Contains("Another server has taken over", refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.IsTransient);
        await second.CommitAsync(new StoreBatch([new StoreRecord(2, new byte[] { 3 })], null, []));
        Assert.Equal([3], await PostgreSqlServer.ReadAsync<byte[]>(_connectionString, "SELECT bytes FROM ftte.log WHERE number = 2") ?? []);
    }

    [Fact]
    public void Options_out_of_range_are_one_clear_error()
    {
        Assert.Throws<ArgumentException>(() => new PostgreSqlStore(" "));
        Assert.Throws<ArgumentException>(() => new PostgreSqlStore("Database=x"));
        Assert.Throws<ArgumentException>(() => new PostgreSqlStore("no connection string"));
        Assert.Throws<ArgumentException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = "Host=h", Federation = "" }));
        Assert.Throws<ArgumentException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = "Host=h", Federation = new string('f', 201) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = "Host=h", KeepVersions = -1 }));
    }

    protected override IServerStore Open(int? keepVersions = 10) => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = _connectionString, KeepVersions = keepVersions });

    protected override Task<IReadOnlyList<StoredVersion>> GetVersionsAsync() => new PostgreSqlStore(_connectionString).GetVersionsAsync();

    protected override Task<ModelSnapshot> ReadVersionAsync(ModelVersion version, ParameterLayout layout) => new PostgreSqlStore(_connectionString).ReadVersionAsync(version, layout);

    protected override Task<long> CountBlobsAsync() => PostgreSqlServer.ReadAsync<long>(_connectionString, "SELECT count(DISTINCT sha256) FROM ftte.blob");

    protected override Task TakeOverAsync() => PostgreSqlServer.ExecuteAsync(_connectionString, "UPDATE ftte.federation SET epoch = epoch + 1");

    protected override Task DamageAsync(Damage damage) => PostgreSqlServer.ExecuteAsync(_connectionString, damage switch
    {
        Damage.BlobContent => "UPDATE ftte.blob SET bytes = substr(bytes, 2) || '\\x00'::bytea",
        Damage.BlobLength => "UPDATE ftte.blob SET bytes = substr(bytes, 2)",
        _ => "DELETE FROM ftte.log WHERE number = (SELECT min(number) FROM ftte.log)",
    });

    private static async Task AssertLoadFailsAsync(string connectionString, string message, bool isTransient)
    {
        await using var store = new PostgreSqlStore(connectionString);
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await store.LoadAsync());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(isTransient, error.IsTransient);
    }

    private PostgreSqlStore OpenFederation(string name) => new(new PostgreSqlStoreOptions { ConnectionString = _connectionString, Federation = name });
}
