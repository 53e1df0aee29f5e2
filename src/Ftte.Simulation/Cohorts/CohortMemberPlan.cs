using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Cohorts;

/// <summary>Represents what a member does in a cohort: how many steps it answers, and the latencies of its messages.</summary>
/// <param name="Device">The device.</param>
/// <param name="Answers">The number of steps that it answers, from 0 to 3. It leaves afterwards.</param>
/// <param name="Latencies">The latencies of its six messages, in seconds.</param>
internal sealed record CohortMemberPlan(SimulatedDevice Device, int Answers, double[] Latencies)
{
    /// <summary>The number of steps: shares, masked update, unmasking.</summary>
    public const int Steps = 3;

    /// <summary>Draws a plan. All random values are drawn in a fixed order.</summary>
    /// <param name="device">The device.</param>
    /// <param name="dropOut">The probability that it leaves.</param>
    /// <param name="random">The random generator of this member in this cohort.</param>
    public static CohortMemberPlan Draw(SimulatedDevice device, double dropOut, SeededRandom random)
    {
        bool leaves = random.NextDouble() < dropOut;
        int step = random.NextInt(Steps);
        double[] latencies = new double[2 * Steps];
        for (int i = 0; i < latencies.Length; i++)
        {
            latencies[i] = device.Latency.Draw(ref random);
        }

        return new CohortMemberPlan(device, leaves ? step : Steps, latencies);
    }

    /// <summary>Returns the time from the server's message to the arrival of the member's answer.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="down">The bytes of the server's message.</param>
    /// <param name="up">The bytes of the answer.</param>
    public TimeSpan Duration(int step, long down, long up) => TimeSpan.FromSeconds(Math.Min(
        Latencies[2 * step] + (down / Device.DownloadBytesPerSecond) + (up / Device.UploadBytesPerSecond) + Latencies[(2 * step) + 1], Common.TimeLimits.MaxSeconds));
}
