using System.Collections.Immutable;
using Ftte.Privacy.SecureAggregation;
using Ftte.Simulation.Cohorts;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Randomness;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Runs secure aggregation: devices whose updates are ready wait for a cohort; its sum arrives when its steps have passed in virtual time.</summary>
internal sealed class CohortRunner(SimulatedSecureAggregation rule, ulong seed, RunState state, JobDelivery delivery, CancellationToken cancellationToken)
{
    // As a client with default options.
    private static readonly int MaxAnnouncements = new FederatedClientOptions().MaxSubmitAttempts;

    private readonly SecureAggregationOptions _options = rule.Options;
    private readonly Dictionary<SelectionVersion, List<ReadyJob>> _waiting = [];
    private CohortTotals _totals;

    /// <summary>Gets the totals of all cohorts.</summary>
    public CohortTotals Totals => _totals;

    /// <summary>Adds the update of a job to the queue.</summary>
    public async Task AddAsync(SimulatedJob job, SparseUpdate update)
    {
        if (_options.ComputeWeight(state.Server.Version - job.Assignment!.Version) == 0)
        {
            await delivery.AbandonAsync(job, JobOutcome.Rejected, new UpdateReceipt(UpdateOutcome.ZeroWeight, state.Server.Version)).ConfigureAwait(false);
            state.Devices.EndJob(job.Device, hasSubmitted: true);
            return;
        }

        await AnnounceAsync(new ReadyJob(job, update)).ConfigureAwait(false);
    }

    /// <summary>Ends a cohort: its contributors get their receipts, or its members announce their updates again.</summary>
    public async Task EndAsync(SimulatedCohort cohort)
    {
        CohortCourse course = cohort.Course;
        bool isCompleted = !course.Contributors.IsEmpty;
        _totals = _totals with
        {
            Completed = _totals.Completed + (isCompleted ? 1 : 0),
            Failed = _totals.Failed + (isCompleted ? 0 : 1),
            Members = _totals.Members + cohort.Members.Length,
            Left = _totals.Left + course.Left.Length,
            Steps = _totals.Steps + course.Duration,
        };
        for (int i = 0; i < cohort.Members.Length; i++)
        {
            Count(cohort.Members[i], course.BytesUp[i], course.BytesDown[i]);
        }

        foreach (int gone in course.Left.Except(course.Contributors))
        {
            await DropAsync(cohort.Members[gone]).ConfigureAwait(false);
        }

        if (isCompleted)
        {
            await CreditAsync(cohort).ConfigureAwait(false);
        }

        // Slow members, and all that remained in a cohort that failed.
        foreach (int other in Enumerable.Range(0, cohort.Members.Length).Except(course.Left).Except(course.Contributors))
        {
            await AnnounceAsync(cohort.Members[other]).ConfigureAwait(false);
        }
    }

    /// <summary>Forms smaller cohorts of devices that have waited too long, or lets them announce their updates again.</summary>
    public async Task EndWaitsAsync()
    {
        foreach ((SelectionVersion selection, List<ReadyJob> queue) in _waiting)
        {
            while (queue.Count > 0 && state.Now - queue[0].Since >= _options.QueueTimeout)
            {
                if (queue.Count >= _options.Threshold)
                {
                    Form(queue);
                    continue;
                }

                ReadyJob sent = queue[0];
                queue.RemoveAt(0);
                _totals = _totals with { Waiting = _totals.Waiting + (state.Now - sent.Since) };
                await AnnounceAsync(sent).ConfigureAwait(false);
            }
        }
    }

    private async Task AnnounceAsync(ReadyJob ready)
    {
        if (ready.Announcements++ == MaxAnnouncements)
        {
            await DropAsync(ready).ConfigureAwait(false);
            return;
        }

        Count(ready, CohortTraffic.Announcement(ready.Update.Header), 0);
        ready.Since = state.Now;
        SelectionVersion selection = ready.Update.Header.SelectionVersion;
        List<ReadyJob> queue = _waiting.TryGetValue(selection, out List<ReadyJob>? found) ? found : _waiting[selection] = [];
        queue.Add(ready);
        if (queue.Count >= _options.CohortSize)
        {
            Form(queue);
        }
        else
        {
            state.Events.Add(state.Now + _options.QueueTimeout, new SimulationEvent(EventKind.CohortWaitEnds));
        }
    }

    private void Form(List<ReadyJob> queue)
    {
        ImmutableArray<ReadyJob> members = [.. queue.Take(_options.CohortSize)];
        queue.RemoveRange(0, members.Length);
        ImmutableArray<CohortMemberPlan> plans = [.. members.Select(member => CohortMemberPlan.Draw(
            state.Devices[member.Job.Device], rule.DropOut, new SeededRandom(seed, RandomKey.Cohort, (ulong)member.Job.Number, (ulong)member.Announcements)))];
        ImmutableArray<int> weights = [.. members.Select(member => Math.Max(1, _options.ComputeWeight(state.Server.Version - member.Job.Assignment!.Version)))];
        CohortCourse course = CohortCourse.Compute(plans, _options, members[0].Update.Values.Length);
        _totals = _totals with { Waiting = _totals.Waiting + TimeSpan.FromTicks(members.Sum(member => (state.Now - member.Since).Ticks)) };
        state.Events.Add(state.Now + course.Duration, new SimulationEvent(EventKind.CohortEnds, Cohort: new SimulatedCohort(members, weights, course)));
    }

    /// <summary>Credits every contributor with the mean, as the production server does.</summary>
    private async Task CreditAsync(SimulatedCohort cohort)
    {
        // Updates of members that left are no longer there.
        var sum = new PlainCohort(_options.Quantization!, cohort.Members[cohort.Course.Contributors[0]].Update.Values.Length);
        foreach (int member in cohort.Course.Contributors)
        {
            sum.Add(cohort.Members[member].Update, cohort.Weights[member]);
        }

        float[] mean = sum.ComputeMean();
        bool isPublished = false;
        foreach (int member in cohort.Course.Contributors)
        {
            (SimulatedJob job, SparseUpdate update) = cohort.Members[member];
            var credited = SparseUpdate.Create(update.Header with { ExampleCount = 1 }, mean);
            update.Dispose();
            UpdateReceipt receipt = await delivery.DeliverAsync(job, credited).ConfigureAwait(false);
            isPublished |= receipt.Outcome is UpdateOutcome.Published or UpdateOutcome.Refused;
        }

        if (!isPublished)
        {
            await state.Server.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DropAsync(ReadyJob ready)
    {
        await delivery.AbandonAsync(ready.Job, JobOutcome.Dropped).ConfigureAwait(false);
        state.Devices.EndJob(ready.Job.Device, hasSubmitted: false);

        // The server can assign the work to another device when the lease expires.
        TimeSpan expiry = ready.Job.Start + ready.Job.Assignment!.LeaseDuration;
        state.Events.Add(expiry > state.Now ? expiry : state.Now, new SimulationEvent(EventKind.Wake));
    }

    private void Count(ReadyJob ready, long up, long down)
    {
        WireLink link = state.Server.Link;
        link.CountCohort(up, down);
        (ready.Job.BytesUp, ready.Job.BytesDown) = (ready.Job.BytesUp + up, ready.Job.BytesDown + down);
        _totals = _totals with { BytesUp = _totals.BytesUp + up, BytesDown = _totals.BytesDown + down };
    }
}
