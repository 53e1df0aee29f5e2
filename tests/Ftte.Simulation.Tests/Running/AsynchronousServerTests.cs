using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Simulation.Randomness;
using Ftte.Simulation.Running;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>A run gives the same bits if the server and the aggregator complete their calls on other threads.</summary>
public sealed class AsynchronousServerTests
{
    private static readonly SimulationOptions Options = new() { MaxVersions = 15, Seed = 3, Threads = 2 };

    public static TheoryData<string> RuleNames => [.. Rules().Keys];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public async Task A_server_and_an_aggregator_that_complete_asynchronously_give_the_same_bits(string name)
    {
        SimulationRule rule = Rules()[name];
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(30, new SimulatedDevice { Name = "d", JobDuration = LatencyDistribution.Exponential(10), DropOut = 0.1 });
        SimulationRule asynchronous = rule with { CreateAggregator = (start, selections, _) => new YieldingAggregator(new BufferedAggregator(start, selections, rule.Aggregation)) };

        SimulationResult expected = await RunAsync(rule, devices, Options);
        SimulationResult actual = await Simulator.RunAsync(new RunInput(asynchronous, ToyTask.Start, devices, new ToyTask(), Options), server => new YieldingServer(server), CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(Fingerprint(expected), Fingerprint(actual));
    }

    [Fact]
    public async Task A_server_that_refuses_work_asynchronously_is_asked_once_per_device()
    {
        SimulationRule rule = FedBuff() with { Server = new FederatedServerOptions { RequiredMemoryBytes = 100 } };
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(8, new SimulatedDevice { Name = "d", MemoryBudgetBytes = 10 });

        SimulationResult result = await Simulator.RunAsync(new RunInput(rule, ToyTask.Start, devices, new ToyTask(), Options), server => new YieldingServer(server), CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((SimulationEnding.NoEligibleDevice, 8), (result.Ending, result.Totals.Refused));
    }

    private static Dictionary<string, SimulationRule> Rules() => new()
    {
        ["FTTE"] = TinyRule(),
        ["FedBuff"] = FedBuff(),
        ["FedAvg"] = Sync(5, 1.3),
    };

    private sealed class YieldingServer(IFederatedServer server) : IFederatedServer
    {
        public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            CheckOutResponse answer = await server.CheckOutAsync(request, parameters, cancellationToken);
            await Task.Yield();
            return answer;
        }

        public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            UpdateReceipt receipt = await server.SubmitAsync(update, cancellationToken);
            await Task.Yield();
            return receipt;
        }
    }

    private sealed class YieldingAggregator(BufferedAggregator aggregator) : IAsyncAggregator
    {
        public ModelSnapshot Current => aggregator.Current;

        public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await aggregator.AggregateAsync(update, cancellationToken);
        }

        public async ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await aggregator.FlushAsync(cancellationToken);
        }
    }
}
