using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Simulation.Clock;

namespace Ftte.Simulation.Tests;

/// <summary>The answers of the server that the simulation relies on before it picks a device: whether another assignment is possible, and whether a device must wait.</summary>
public sealed class CanAssignTests
{
    private const int Devices = 7;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [2]));

    private enum Step
    {
        Ask,
        Accepted,
        Rejected,
        SentAgain,
        Wait,
    }

    [Fact]
    public Task A_device_that_need_not_wait_gets_work_exactly_when_the_server_can_assign() =>
        Gen.Select(
            Gen.Int[0, 5],
            Gen.Int[0, 6],
            Gen.Int[1, 4],
            Gen.Bool,
            Gen.Select(Gen.Enum<Step>(), Gen.Int[0, Devices - 1]).Array[0, 80])
        .SampleAsync(async (atOnce, perVersion, capacity, isSynchronous, steps) =>
        {
            // A device may fill a buffer alone: an update that is sent back for another time keeps its lease.
            BufferedAggregatorOptions aggregation = isSynchronous ? BufferedAggregatorOptions.FedAvg(capacity) : BufferedAggregatorOptions.FedBuff(capacity);
            aggregation.MaxUpdatesPerClient = capacity;
            await using var run = new Run(
                new FederatedServerOptions
                {
                    MaxConcurrency = atOnce == 0 ? null : atOnce,
                    MaxAssignmentsPerVersion = perVersion == 0 ? null : perVersion,
                    LeaseDuration = 10 * Second,
                },
                aggregation);
            foreach ((Step step, int device) in steps)
            {
                await run.DoAsync(step, device);
            }
        }, iter: 400);

    [Fact]
    public async Task The_limit_of_devices_at_work_holds_until_a_lease_expires_on_the_tick()
    {
        await using var run = new Run(new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = 10 * Second }, BufferedAggregatorOptions.FedBuff(3));
        Assert.True(run.Server.CanAssign);
        await run.DoAsync(Step.Ask, 0);
        run.Clock.AdvanceTo((10 * Second) - TimeSpan.FromTicks(1));
        Assert.False(run.Server.CanAssign);
        run.Clock.AdvanceTo(10 * Second);
        Assert.True(run.Server.CanAssign);
    }

    [Fact]
    public async Task A_device_waits_for_the_next_version_after_its_update_was_accepted_in_a_round()
    {
        await using var run = new Run(new FederatedServerOptions { MaxAssignmentsPerVersion = 3, LeaseDuration = 10 * Second }, BufferedAggregatorOptions.FedAvg(2));
        ClientId first = new("d0"), second = new("d1"), unknown = new("d9");
        await run.DoAsync(Step.Ask, 0);
        await run.DoAsync(Step.Ask, 1);
        Assert.False(run.Server.AwaitsNextVersion(first));
        await run.DoAsync(Step.Accepted, 0);
        Assert.Equal((true, false, false), (run.Server.AwaitsNextVersion(first), run.Server.AwaitsNextVersion(second), run.Server.AwaitsNextVersion(unknown)));
        await run.DoAsync(Step.Accepted, 0);
        Assert.Equal((1, false), (run.Server.Current.Version.Number, run.Server.AwaitsNextVersion(first)));
    }

    [Fact]
    public async Task A_server_that_was_stopped_cannot_assign()
    {
        var run = new Run(new FederatedServerOptions(), BufferedAggregatorOptions.FedBuff(3));
        Assert.True(run.Server.CanAssign);
        await run.DisposeAsync();
        Assert.False(run.Server.CanAssign);
    }

    /// <summary>A server, and the assignments that devices have.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly List<(int Device, TimeSpan Expiry, TrainingAssignment Assignment)> _jobs = [];
        private readonly List<TrainingAssignment> _done = [];

        public Run(FederatedServerOptions options, BufferedAggregatorOptions aggregation)
        {
            var selections = new SelectionHistory(ParameterSelection.Full(Layout));
            Server = new FederatedServer(
                new BufferedAggregator(new ModelSnapshot(Layout, default, new float[2]), selections, aggregation), selections, options, time: Clock);
        }

        public VirtualClock Clock { get; } = new(DateTimeOffset.UnixEpoch);

        public FederatedServer Server { get; }

        public async Task DoAsync(Step step, int number)
        {
            switch (step)
            {
                case Step.Ask:
                    await AskAsync(number);
                    break;
                case Step.Wait:
                    Clock.AdvanceTo(Clock.Now + (number * Second));
                    break;
                case Step.SentAgain when _done.Count > 0:
                    await SubmitAsync(_done[number % _done.Count], values: 2);
                    break;
                case Step.Accepted or Step.Rejected when _jobs.Count > 0:
                    TrainingAssignment assignment = _jobs[number % _jobs.Count].Assignment;
                    _jobs.RemoveAt(number % _jobs.Count);
                    _done.Add(assignment);
                    await SubmitAsync(assignment, step == Step.Accepted ? 2 : 1);
                    break;
                default:
                    break;
            }
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        private async Task AskAsync(int device)
        {
            var client = new ClientId($"d{device}");
            bool canAssign = Server.CanAssign, mustWait = Server.AwaitsNextVersion(client);

            // A device that asks again while at work gives its own lease back first.
            bool isAtWork = _jobs.Exists(job => job.Device == device && job.Expiry > Clock.Now);
            CheckOutResponse answer = await Server.CheckOutAsync(new CheckOutRequest(client, 0, Layout.Fingerprint), new float[2]);
            Assert.True(answer.Outcome is CheckOutOutcome.Assigned or CheckOutOutcome.Busy);
            Assert.True(
                (canAssign && !mustWait) == answer.IsAssigned || (isAtWork && !mustWait && answer.IsAssigned),
                $"can assign: {canAssign}, must wait: {mustWait}, but {answer.Outcome}");
            if (answer.Assignment is { } assignment)
            {
                _jobs.Add((device, Clock.Now + assignment.LeaseDuration, assignment));
            }
        }

        private async Task SubmitAsync(TrainingAssignment assignment, int values)
        {
            using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), new float[] { 1, 2 }.AsSpan(0, values));
            await Server.SubmitAsync(update);
        }
    }
}
