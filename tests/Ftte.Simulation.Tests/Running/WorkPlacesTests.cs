using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Simulation.Tests;

public sealed class WorkPlacesTests
{
    private const int Devices = 7;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [2]));
    private static readonly ModelVersion First = new(0), Next = new(1);

    private enum Step
    {
        Ask,
        Accepted,
        Rejected,
        SentAgain,
        Wait,
    }

    [Fact]
    public Task Places_are_free_exactly_when_the_server_gives_work() =>
        Gen.Select(
            Gen.Int[0, 5],
            Gen.Int[0, 6],
            Gen.Int[1, 4],
            Gen.Bool,
            Gen.Select(Gen.Enum<Step>(), Gen.Int[0, Devices - 1]).Array[0, 80])
        .SampleAsync(async (atOnce, perVersion, capacity, isSynchronous, steps) =>
        {
            // Everyone may fill a buffer alone: an update that is sent back for another time keeps its lease.
            BufferedAggregatorOptions aggregation = isSynchronous ? BufferedAggregatorOptions.FedAvg(capacity) : BufferedAggregatorOptions.FedBuff(capacity);
            aggregation.MaxUpdatesPerClient = capacity;
            await using var twin = new Twin(
                new FederatedServerOptions
                {
                    MaxConcurrency = atOnce == 0 ? null : atOnce,
                    MaxAssignmentsPerVersion = perVersion == 0 ? null : perVersion,
                    LeaseDuration = 10 * Second,
                },
                aggregation);
            foreach ((Step step, int device) in steps)
            {
                await twin.Do(step, device);
            }
        }, iter: 400);

    [Fact]
    public void As_many_are_at_work_at_once_as_the_limit_says()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxConcurrency = 2, LeaseDuration = 10 * Second });
        Assert.False(places.HasRounds);
        Assert.True(places.IsFree(default, First));
        Assert.Equal(10 * Second, places.Take(0, job: 0, default, First, trains: true));
        Assert.True(places.IsFree(Second, First));
        Assert.Equal(11 * Second, places.Take(1, job: 1, Second, First, trains: true));
        Assert.False(places.IsFree(2 * Second, First));
        Assert.False(places.IsFree(2 * Second, Next));
        places.End(0, job: 0, 2 * Second, accepted: true);
        Assert.True(places.IsFree(2 * Second, First));
    }

    [Fact]
    public void A_lease_expires_on_the_tick()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = 10 * Second });
        TimeSpan expires = places.Take(0, job: 0, default, First, trains: true);
        Assert.False(places.IsFree(expires - TimeSpan.FromTicks(1), First));
        Assert.True(places.IsFree(expires, First));
    }

    [Fact]
    public void A_round_gives_back_what_was_rejected_or_expired_and_not_what_was_accepted()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxAssignmentsPerVersion = 2, LeaseDuration = 10 * Second });
        Assert.True(places.HasRounds);
        places.Take(0, job: 0, default, First, trains: true);
        places.Take(1, job: 1, default, First, trains: true);
        places.End(0, job: 0, default, accepted: true);
        Assert.False(places.IsFree(Second, First));
        places.End(1, job: 1, default, accepted: false);
        Assert.True(places.IsFree(Second, First));
        places.Take(2, job: 2, Second, First, trains: true);
        Assert.False(places.IsFree(Second, First));
        Assert.True(places.IsFree(11 * Second, First));
    }

    [Fact]
    public void A_new_version_has_all_its_places_whoever_is_still_at_work_on_the_old_one()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxAssignmentsPerVersion = 1 });
        places.Take(0, job: 0, default, First, trains: true);
        Assert.False(places.IsFree(default, First));
        Assert.True(places.IsFree(default, Next));
        places.Take(1, job: 1, default, Next, trains: true);

        // What was given for the version before gives nothing back in this one.
        places.End(0, job: 0, default, accepted: false);
        Assert.False(places.IsFree(default, Next));
    }

    [Fact]
    public void Measuring_counts_as_work_and_takes_no_place_in_the_round()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxConcurrency = 2, MaxAssignmentsPerVersion = 1 });
        places.Take(0, job: 0, default, First, trains: false);
        Assert.True(places.IsFree(default, First));
        places.Take(1, job: 1, default, First, trains: false);
        Assert.False(places.IsFree(default, First));
        places.End(1, job: 1, default, accepted: false);
        places.Take(2, job: 2, default, First, trains: true);
        places.End(0, job: 0, default, accepted: false);
        Assert.False(places.IsFree(default, First));
    }

    [Fact]
    public void A_device_that_asks_again_gives_its_old_place_back_and_its_old_job_ends_nothing()
    {
        var places = new WorkPlaces(new FederatedServerOptions { MaxConcurrency = 2, MaxAssignmentsPerVersion = 2, LeaseDuration = 10 * Second });
        places.Take(0, job: 0, default, First, trains: true);
        places.Take(0, job: 1, 5 * Second, First, trains: true);
        Assert.True(places.IsFree(5 * Second, First));
        places.Take(1, job: 2, 5 * Second, First, trains: true);
        places.End(0, job: 0, default, accepted: false);
        Assert.False(places.IsFree(5 * Second, First));

        // Nor does the old lease's end.
        Assert.False(places.IsFree(12 * Second, First));
        Assert.True(places.IsFree(15 * Second, First));
    }

    [Fact]
    public void Without_limits_there_is_always_a_place()
    {
        var places = new WorkPlaces(new FederatedServerOptions());
        for (int device = 0; device < 1000; device++)
        {
            Assert.True(places.IsFree(default, First));
            places.Take(device, job: device, default, First, trains: true);
        }
    }

    /// <summary>A server and the simulation's own count of its places, both told the same.</summary>
    private sealed class Twin : IAsyncDisposable
    {
        private readonly VirtualClock _clock = new(DateTimeOffset.UnixEpoch);
        private readonly WorkPlaces _places;
        private readonly FederatedServer _server;
        private readonly List<(int Device, long Job, TimeSpan Expires, TrainingAssignment Assignment)> _jobs = [];
        private readonly List<(int Device, long Job, TrainingAssignment Assignment)> _done = [];
        private readonly ModelVersion?[] _acceptedIn = new ModelVersion?[Devices];
        private long _count;

        public Twin(FederatedServerOptions options, BufferedAggregatorOptions aggregation)
        {
            var selections = new SelectionHistory(ParameterSelection.Full(Layout));
            _places = new WorkPlaces(options);
            _server = new FederatedServer(
                new BufferedAggregator(new ModelSnapshot(Layout, default, new float[2]), selections, aggregation), selections, options, time: _clock);
        }

        private ModelVersion Version => _server.Current.Version;

        public async Task Do(Step step, int number)
        {
            switch (step)
            {
                case Step.Ask:
                    await Ask(number);
                    break;
                case Step.Wait:
                    _clock.AdvanceTo(_clock.Now + (number * Second));
                    break;
                case Step.SentAgain when _done.Count > 0:
                    (int device, long job, TrainingAssignment assignment) = _done[number % _done.Count];
                    _places.End(device, job, _clock.Now, (await Submit(assignment, values: 2)).IsAccepted);
                    break;
                case Step.Accepted or Step.Rejected when _jobs.Count > 0:
                    await End(number % _jobs.Count, step == Step.Accepted);
                    break;
                default:
                    break;
            }
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task Ask(int device)
        {
            // In rounds, the simulation itself lets a device wait that has done its part.
            if (_places.HasRounds && _acceptedIn[device] == Version)
            {
                return;
            }

            bool isFree = _places.IsFree(_clock.Now, Version);
            var profile = new CheckOutRequest(new ClientId($"d{device}"), 0, Layout.Fingerprint);
            CheckOutResponse answer = await _server.CheckOutAsync(profile, new float[2]);

            // Who asks again while at work gives its own place back first, of which the count of places knows nothing.
            bool isAtWork = _jobs.Exists(job => job.Device == device && job.Expires > _clock.Now);
            Assert.True(answer.Outcome is CheckOutOutcome.Assigned or CheckOutOutcome.Busy);
            Assert.True(isFree == answer.IsAssigned || (isAtWork && answer.IsAssigned), $"{(isFree ? "free" : "not free")}, but {answer.Outcome}");
            if (answer.Assignment is { } assignment)
            {
                TimeSpan expires = _places.Take(device, _count, _clock.Now, Version, trains: true);
                Assert.Equal(_clock.Now + assignment.LeaseDuration, expires);
                _jobs.Add((device, _count++, expires, assignment));
            }
        }

        private async Task End(int index, bool isGood)
        {
            (int device, long job, _, TrainingAssignment assignment) = _jobs[index];
            UpdateReceipt receipt = await Submit(assignment, isGood ? 2 : 1);
            Assert.NotEqual(UpdateOutcome.ClientQuota, receipt.Outcome);
            _jobs.RemoveAt(index);
            _done.Add((device, job, assignment));
            _places.End(device, job, _clock.Now, receipt.IsAccepted);
            if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
            {
                _acceptedIn[device] = assignment.Version;
            }
        }

        private async Task<UpdateReceipt> Submit(TrainingAssignment assignment, int values)
        {
            using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), new float[] { 1, 2 }.AsSpan(0, values));
            return await _server.SubmitAsync(update);
        }
    }
}
