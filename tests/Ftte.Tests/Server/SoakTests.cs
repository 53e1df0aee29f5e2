using Ftte.Selection;
using Ftte.Testing;

namespace Ftte.Tests;

/// <summary>Ten thousand devices at one server; a hundred thousand with FTTE_LONG=1 in the environment.</summary>
[Collection(AloneCollection.Name)]
public sealed class SoakTests
{
    private const int BytesPerDevice = 1024;

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task What_the_server_keeps_of_a_device_is_a_small_record_whatever_the_size_of_the_model(int parameters)
    {
        int devices = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 100_000 : 10_000;
        var layout = ParameterLayout.Create(("frozen", [parameters - 100]), ("head", [100]));
        var selections = new SelectionHistory(ParameterSelection.OfBlocks(layout, "head"));
        var aggregator = new ScriptedAggregator(new ModelSnapshot(layout, default, new float[parameters]));
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        await using var server = new FederatedServer(aggregator, selections);
        float[] buffer = new float[parameters];
        float[] values = new float[100];
        await RoundAsync("warm-up");
        aggregator.Seen.Clear();
        long before = GC.GetTotalMemory(forceFullCollection: true);

        // Half of the devices vanish at work, so that their leases stay.
        for (int device = 0; device < devices; device++)
        {
            await RoundAsync($"device-{device:D6}", vanishes: device % 2 == 0);
        }

        aggregator.Seen.Clear();
        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(kept < (long)devices * BytesPerDevice, $"{kept / (double)devices:F0} bytes were kept per device.");
        GC.KeepAlive(server);

        async Task RoundAsync(string client, bool vanishes = false)
        {
            var device = new CheckOutRequest(new ClientId(client), 1 << 20, layout.Fingerprint);
            TrainingAssignment assignment = (await server.CheckOutAsync(device, buffer)).Assignment!;
            if (!vanishes)
            {
                using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), values);
                Assert.Equal(UpdateOutcome.Buffered, (await server.SubmitAsync(update)).Outcome);
            }
        }
    }

    [Fact]
    public async Task Devices_that_come_back_again_and_again_add_nothing()
    {
        var layout = ParameterLayout.Create(("head", [100]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        await using var server = new FederatedServer(new AddingAggregator(new ModelSnapshot(layout, default, new float[100]), selections, capacity: 50), selections);
        var devices = Enumerable.Range(0, 100).Select(i => new CheckOutRequest(new ClientId($"d{i}"), 1, layout.Fingerprint)).ToArray();
        float[] buffer = new float[100];
        await CheckOutAll(20);

        // What the server keeps it keeps every time; what the runtime and the test host keep for themselves, now and then.
        long least = long.MaxValue;
        for (int repeat = 0; repeat < 3; repeat++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            await CheckOutAll(400);
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.True(least < 64 * 1024, $"40,000 check-outs of the same 100 devices left {least} bytes.");
        GC.KeepAlive(server);

        async Task CheckOutAll(int times)
        {
            for (int i = 0; i < times; i++)
            {
                foreach (CheckOutRequest device in devices)
                {
                    await server.CheckOutAsync(device, buffer);
                }
            }
        }
    }
}
