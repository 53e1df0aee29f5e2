using System.Collections.Immutable;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Simulation.Cohorts;

/// <summary>Represents the course of a cohort: how long its steps take, who remains, and the bytes of each member.</summary>
/// <param name="Duration">The time from its formation to the sum, or to its failure.</param>
/// <param name="Contributors">The indices of the members in the sum, ascending; empty if the cohort failed.</param>
/// <param name="Left">The indices of the members that left at any step, ascending.</param>
/// <param name="BytesUp">The bytes that each member sent.</param>
/// <param name="BytesDown">The bytes that each member received.</param>
internal sealed record CohortCourse(TimeSpan Duration, ImmutableArray<int> Contributors, ImmutableArray<int> Left, ImmutableArray<long> BytesUp, ImmutableArray<long> BytesDown)
{
    /// <summary>Computes the course from the plans of the members, with the rules of the production server.</summary>
    /// <param name="members">The plans.</param>
    /// <param name="options">The options.</param>
    /// <param name="valueCount">The number of values of an update.</param>
    public static CohortCourse Compute(ImmutableArray<CohortMemberPlan> members, SecureAggregationOptions options, int valueCount)
    {
        SharedQuantization quantization = options.Quantization!;
        long[] up = new long[members.Length], down = new long[members.Length];
        ImmutableArray<int> present = [.. Enumerable.Range(0, members.Length)];
        TimeSpan duration = TimeSpan.Zero;
        int senders = members.Length;
        for (int step = 0; step < CohortMemberPlan.Steps; step++)
        {
            (long received, long sent) = step switch
            {
                0 => (CohortTraffic.Invitation(members.Length, quantization), CohortTraffic.Shares(members.Length)),
                1 => (CohortTraffic.SharesForMember(senders), (long)valueCount * quantization.BytesPerMaskedValue),
                _ => (CohortTraffic.Members(present.Length), CohortTraffic.Unmasking(senders)),
            };
            var answered = ImmutableArray.CreateBuilder<int>();
            var times = new List<TimeSpan>();
            foreach (int i in present)
            {
                down[i] += received;
                TimeSpan time = members[i].Duration(step, received, sent);
                if (members[i].Answers > step && time <= options.StepTimeout)
                {
                    up[i] += sent;
                    answered.Add(i);
                    times.Add(time);
                }
            }

            // The last step ends with the shares of the threshold, the others with the answers of everybody or with the time limit.
            bool isLast = step == CohortMemberPlan.Steps - 1, isEnough = answered.Count >= options.Threshold;
            times.Sort();
            duration += isLast && isEnough ? times[options.Threshold - 1] : !isLast && answered.Count == present.Length ? times[^1] : options.StepTimeout;
            if (isLast && isEnough)
            {
                foreach (int i in answered)
                {
                    down[i] += CohortTraffic.Receipt;
                }

                break;
            }

            present = isEnough ? answered.ToImmutable() : [];
            if (!isEnough)
            {
                break;
            }

            senders = step == 0 ? present.Length : senders;
        }

        return new CohortCourse(duration, present, [.. Enumerable.Range(0, members.Length).Where(i => members[i].Answers < CohortMemberPlan.Steps)], [.. up], [.. down]);
    }
}
