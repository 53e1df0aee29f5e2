using Ftte.Selection;
using Ftte.Testing;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A version number identifies no model: servers restart, roll back, and start other training runs under the same numbers.</summary>
public sealed class ModelIdentityTests
{
    [Fact]
    public async Task After_a_restart_with_another_start_model_of_the_same_number_a_device_trains_from_the_new_one()
    {
        await using FederatedServer first = Serve(0, value: 0), second = Serve(0, value: 5);
        var device = new SwitchingDevice(first);
        await device.Client.RunOnceAsync();
        device.Server = second;

        await device.Client.RunOnceAsync();

        Assert.All(device.TrainedFrom, value => Assert.Equal(5, value));
    }

    [Fact]
    public async Task A_held_model_of_another_training_run_is_replaced_although_its_number_is_the_servers_start()
    {
        await using FederatedServer server = Serve(0, value: 5);
        var device = new SwitchingDevice(server, held: Model(0, value: -3));

        await device.Client.RunOnceAsync();

        Assert.All(device.TrainedFrom, value => Assert.Equal(5, value));
    }

    [Fact]
    public async Task After_a_roll_back_the_same_number_with_other_parameters_is_replaced()
    {
        await using FederatedServer first = Serve(7, value: 1), rolledBack = Serve(3, value: 2, capacity: 1);
        var device = new SwitchingDevice(first);
        await device.Client.RunOnceAsync();
        for (int i = 0; i < 4; i++)
        {
            await new SwitchingDevice(rolledBack, name: $"other{i}").Client.RunOnceAsync();
        }

        Assert.Equal(new ModelVersion(7), rolledBack.Current.Version);
        float[] expected = rolledBack.Current.Parameters.ToArray();
        device.Server = rolledBack;

        await device.Client.RunOnceAsync();

        Assert.Equal(expected, device.TrainedFrom);
        await using FederatedServer checkpoint = Serve(7, value: 4);
        device.Server = checkpoint;
        await device.Client.RunOnceAsync();
        Assert.All(device.TrainedFrom, value => Assert.Equal(4, value));
    }

    [Fact]
    public async Task A_held_model_with_the_servers_content_downloads_nothing()
    {
        await using FederatedServer server = Serve(0, value: 5);
        var device = new SwitchingDevice(server, held: Model(0, value: 5));

        await device.Client.RunOnceAsync();

        Assert.Equal(0, device.LastRefreshed!.Count);
    }

    [Fact]
    public async Task A_copy_that_was_rounded_in_transit_is_recognized_by_the_stored_fingerprint()
    {
        await using FederatedServer server = Serve(0, value: 5);
        var unnamed = new SwitchingDevice(server, held: Model(0, value: 4.99f));
        var named = new SwitchingDevice(server, held: Model(0, value: 4.99f), fingerprint: server.Current.Fingerprint);

        await unnamed.Client.RunOnceAsync();
        await named.Client.RunOnceAsync();

        Assert.True(unnamed.LastRefreshed!.IsFull);
        Assert.Equal(0, named.LastRefreshed!.Count);
        Assert.Equal(server.Current.Fingerprint, named.Client.HeldFingerprint);
    }

    [Fact]
    public void A_fingerprint_depends_on_every_bit_of_the_parameters_and_on_nothing_else()
    {
        float[] parameters = [.. Enumerable.Range(0, 12).Select(i => i * 0.25f)];
        var model = new ModelSnapshot(Layout, default, parameters);
        Assert.Equal(model.Fingerprint, new ModelSnapshot(Layout, new ModelVersion(9), parameters).Fingerprint);
        for (int i = 0; i < parameters.Length; i++)
        {
            float[] changed = [.. parameters];
            changed[i] = MathF.BitIncrement(changed[i]);
            Assert.NotEqual(model.Fingerprint, new ModelSnapshot(Layout, default, changed).Fingerprint);
        }
    }

    [Fact]
    public void A_fingerprint_is_the_start_of_the_SHA_256_of_the_little_endian_bytes()
    {
        // sha256(bytes.fromhex("0000803f000000c0")) in Python's hashlib.
        var layout = ParameterLayout.Create(("x", [2]));
        Assert.Equal(0x5677D22B3CC74AEEUL, new ModelSnapshot(layout, default, [1f, -2f]).Fingerprint);
    }

    private static ModelSnapshot Model(long version, float value) =>
        new(Layout, new ModelVersion(version), [.. Enumerable.Repeat(value, Layout.ParameterCount)]);

    private static FederatedServer Serve(long version, float value, int capacity = 10)
    {
        var selections = new SelectionHistory(A);
        return new FederatedServer(new AddingAggregator(Model(version, value), selections, capacity), selections);
    }

    /// <summary>A device whose server can be exchanged between rounds, and that notes what it trained from.</summary>
    private sealed class SwitchingDevice : IFederatedServer, ILocalTrainer
    {
        public SwitchingDevice(IFederatedServer server, string name = "device", ModelSnapshot? held = null, ulong? fingerprint = null)
        {
            Server = server;
            Client = new FederatedClient(this, this, new FederatedClientOptions
            {
                ClientId = new ClientId(name),
                MemoryBudgetBytes = 1 << 20,
                HeldFingerprint = fingerprint,
            }, heldModel: held);
        }

        public IFederatedServer Server { get; set; }

        public FederatedClient Client { get; }

        public float[] TrainedFrom { get; private set; } = [];

        public ParameterSelection? LastRefreshed { get; private set; }

        ParameterLayout ILocalTrainer.Layout => Layout;

        public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            CheckOutResponse answer = await Server.CheckOutAsync(request, parameters, cancellationToken);
            LastRefreshed = answer.Assignment?.Refreshed;
            return answer;
        }

        public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) => Server.SubmitAsync(update, cancellationToken);

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            TrainedFrom = parameters.ToArray();
            return new(Update(assignment.CreateHeader(1), assignment.Selection.Count));
        }
    }
}
