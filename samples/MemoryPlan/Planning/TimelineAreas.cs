using Ftte.Samples.Shared;
using Ftte.Selection;

namespace MemoryPlan.Planning;

/// <summary>Divides the bytes of a certificate's timeline by use. At every moment, the parts add up to the timeline.</summary>
internal static class TimelineAreas
{
    /// <summary>Computes the parts.</summary>
    public static MemoryAreas Of(DevicePlan plan)
    {
        TrainingProfile profile = plan.Request.Profile;
        SelectionCertificate certificate = plan.Certificate;
        int steps = profile.Steps.Length, cut = certificate.Timeline.Cut, moments = (2 * steps) - cut;
        TrainingChoice?[] chosen = [.. certificate.Choices.Select((choice, t) => choice < 0 ? null : profile.Steps[t].Choices[choice])];
        double persistent = chosen.Sum(choice => choice?.PersistentBytes ?? 0);
        double[] boundary = new double[moments], saved = new double[moments], forward = new double[moments], backward = new double[moments];
        double held = 0;
        for (int t = 0; t < steps; t++)
        {
            saved[t] = held;
            boundary[t] = t < cut ? profile.Steps[cut].BoundaryBytes : 0;
            forward[t] = certificate.Timeline.Forward[t] - profile.ResidentBytes - persistent - held - boundary[t];
            if (t >= cut)
            {
                held += chosen[t]?.SavedBytes ?? profile.Steps[t].PassThroughSavedBytes;
                int moment = (2 * steps) - 1 - t;
                saved[moment] = held;
                backward[moment] = certificate.Timeline.Backward[t] - profile.ResidentBytes - persistent - held;
            }
        }

        MemoryArea[] areas =
        [
            new(MemoryUse.Received, "parameters", Level(moments, profile.ResidentBytes)),
            new(MemoryUse.Trained, "for what is trained", Level(moments, persistent)),
            new(MemoryUse.Features, "from frozen layers", boundary),
            new(MemoryUse.Saved, "saved for backward", saved),
            new(MemoryUse.Gradient, "gradients", backward),
            new(MemoryUse.Transient, "in use by one step", forward),
        ];
        return new MemoryAreas([.. areas.Where(area => area.BytesAt.Any(bytes => bytes > 0))], steps);
    }

    private static double[] Level(int moments, double bytes) => [.. Enumerable.Repeat(bytes, moments)];
}
