namespace Ftte.Tests;

/// <summary>A device keeps its model across restarts.</summary>
public sealed class HeldModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-model-").FullName;

    private string File => Path.Combine(_folder, "model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task After_a_restart_a_device_downloads_only_the_changes()
    {
        await using ServerBench server = ServerBench.Adding();
        FederatedClient before = Connect(server);
        await before.RunOnceAsync();
        Assert.Equal(12, Trained[^1].Refreshed.Count);
        await server.Round("other");

        FederatedClient after = Connect(server);

        Assert.Equal((before.HeldVersion, before.HeldFingerprint), (after.HeldVersion, after.HeldFingerprint));
        Assert.Equal(before.Parameters.ToArray(), after.Parameters.ToArray());
        ModelSnapshot current = server.Server.Current;
        await after.RunOnceAsync();
        Assert.Equal(ServerBench.A, Trained[^1].Refreshed);
        Assert.Equal(current.Fingerprint, new ModelSnapshot(ServerBench.Layout, default, Trainer.Received[^1]).Fingerprint);
    }

    [Fact]
    public async Task The_file_is_written_no_more_often_than_the_interval()
    {
        await using ServerBench server = ServerBench.Adding();
        FederatedClient client = Connect(server, o => o.ModelSaveInterval = TimeSpan.FromMinutes(1), server.Time);
        await client.RunOnceAsync();
        byte[] first = await System.IO.File.ReadAllBytesAsync(File);
        server.Time.Advance(TimeSpan.FromSeconds(59));
        await client.RunOnceAsync();
        Assert.Equal(first, await System.IO.File.ReadAllBytesAsync(File));
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await client.RunOnceAsync();
        Assert.NotEqual(first, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public async Task A_damaged_or_foreign_file_is_ignored_with_a_warning_and_replaced()
    {
        await using ServerBench server = ServerBench.Adding();
        await Connect(server).RunOnceAsync();
        byte[] valid = await System.IO.File.ReadAllBytesAsync(File);
        var contents = Enumerable.Range(0, valid.Length).Select(at => { byte[] damaged = [.. valid]; damaged[at] ^= 0x10; return damaged; })
            .Concat([[], valid[..^1], [.. valid, 0], valid[..20]]);
        foreach (byte[] content in contents)
        {
            await System.IO.File.WriteAllBytesAsync(File, content);
            var log = new LogLines<FederatedClient>();
            FederatedClient client = Connect(server, log: log);
            Assert.Null(client.HeldVersion);
            Assert.Single(log.Written, line => line.Text.Contains("ignored its saved model", StringComparison.Ordinal));
        }

        await Connect(server).RunOnceAsync();
        Assert.NotNull(Connect(server).HeldVersion);
    }

    [Fact]
    public async Task A_model_of_another_layout_is_ignored_and_the_shipped_one_used()
    {
        ParameterLayout other = ParameterLayout.Create(("other", [12]));
        new HeldModelFile(File, other).Save(new float[12], new ModelVersion(3), 5);
        await using ServerBench server = ServerBench.Adding();

        var client = new FederatedClient(server.Server, Trainer, Options(), heldModel: ServerBench.Start);

        Assert.Equal((default(ModelVersion), ServerBench.Start.Fingerprint), (client.HeldVersion, client.HeldFingerprint));
    }

    [Fact]
    public void The_saved_model_is_used_instead_of_the_shipped_one()
    {
        new HeldModelFile(File, ServerBench.Layout).Save(new float[12], new ModelVersion(3), 5);

        var client = new FederatedClient(new Ftte.Testing.ScriptedServer(), Trainer, Options(), heldModel: ServerBench.Start);

        Assert.Equal((new ModelVersion(3), 5ul), (client.HeldVersion, client.HeldFingerprint));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_costs_a_warning()
    {
        await using ServerBench server = ServerBench.Adding();
        var log = new LogLines<FederatedClient>();
        FederatedClient client = Connect(server, o => o.ModelFile = Path.Combine(_folder, "missing", "model"), log: log);

        Assert.True((await client.RunOnceAsync()).IsAccepted);
        Assert.Single(log.Written, line => line.Text.Contains("could not save its model", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Equal("ModelFile", Assert.ThrowsAny<ArgumentException>(() => new ClientBench(o => o.ModelFile = " ")).ParamName);
        Assert.Equal("ModelSaveInterval", Assert.ThrowsAny<ArgumentException>(() => new ClientBench(o => o.ModelSaveInterval = TimeSpan.FromTicks(-1))).ParamName);
    }

    [Fact]
    public void The_bytes_stay_the_same()
    {
        ParameterLayout layout = ParameterLayout.Create(("w", [2]));
        new HeldModelFile(File, layout).Save([1, -2], new ModelVersion(3), 0x55);

        byte[] head =
        [
            .. "FTHM"u8, 1, .. BitConverter.GetBytes(layout.Fingerprint), 3, 0, 0, 0, 0, 0, 0, 0, 0x55, 0, 0, 0, 0, 0, 0, 0,
            .. System.Security.Cryptography.SHA256.HashData([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])[..8], 2, 0, 0, 0,
        ];
        byte[] expected = [.. head, .. BitConverter.GetBytes(global::Ftte.Numerics.Crc32C.Compute(head)), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
        Assert.Equal(expected, System.IO.File.ReadAllBytes(File));
    }

    private ScriptedTrainer Trainer { get; } = new(ServerBench.Layout);

    private List<TrainingAssignment> Trained => Trainer.Assignments;

    private FederatedClientOptions Options() => new() { ClientId = new ClientId("phone"), MemoryBudgetBytes = 1 << 20, ModelFile = File, ModelSaveInterval = TimeSpan.Zero };

    private FederatedClient Connect(ServerBench server, Action<FederatedClientOptions>? configure = null, TimeProvider? time = null, LogLines<FederatedClient>? log = null)
    {
        FederatedClientOptions options = Options();
        configure?.Invoke(options);
        return new FederatedClient(server.Server, Trainer, options, time, log);
    }
}
