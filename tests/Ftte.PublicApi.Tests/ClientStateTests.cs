using Ftte.Aggregation;
using Ftte.PublicApi.Tests.Outsider;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests;

public class ClientStateTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("w", [2]));

    /// <summary>Two devices whose losses have unequal curvature: many local steps pull the model away from the minimum of the sum.</summary>
    [Fact]
    public async Task State_that_survives_rounds_corrects_the_drift_of_local_steps()
    {
        double corrected = await DistanceAsync(keepsState: true), uncorrected = await DistanceAsync(keepsState: false);
        Assert.True(corrected < 0.01 && uncorrected > 0.2, $"{corrected}, {uncorrected}");
    }

    private static async Task<double> DistanceAsync(bool keepsState)
    {
        (float[] Target, float Curvature)[] devices = [([1, 0], 1), ([0, 2], 9)];
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        await using var server = new FederatedServer(
            new BufferedAggregator(new ModelSnapshot(Layout, default, [5, 5]), selections, new() { Capacity = 2, MaxUpdatesPerClient = 1 }), selections);
        IClientStateStore[] stores = [new MemoryStateStore(), new MemoryStateStore()];
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < devices.Length; i++)
            {
                // A new trainer for every round: only the store survives.
                var trainer = new ControlVariateTrainer(Layout, keepsState ? stores[i] : new MemoryStateStore(), devices[i].Target, devices[i].Curvature);
                var client = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId($"device {i}"), MemoryBudgetBytes = 1 << 20 });
                Assert.True((await client.RunOnceAsync()).IsAccepted);
            }
        }

        // The minimum of the sum of curvature / 2 * (w - target)^2.
        ReadOnlySpan<float> w = server.Current.Parameters.Span;
        return Math.Sqrt(Math.Pow(w[0] - 0.1, 2) + Math.Pow(w[1] - 1.8, 2));
    }
}
