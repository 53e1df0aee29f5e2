using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the result of a cohort, which is all that the server learns of the updates.</summary>
/// <param name="Values">The sum of q x over the contributors, in units of <see cref="SharedQuantization.Step"/> / 256; one integer per selected coordinate.</param>
/// <param name="Contributors">The indices of the members in the sum, ascending.</param>
/// <param name="Weight">The sum of the weights of the contributors, in units of 1/256.</param>
internal sealed record CohortSum(ReadOnlyMemory<int> Values, ImmutableArray<int> Contributors, int Weight)
{
    /// <summary>Computes the mean with which every contributor is credited: n times it is the sum.</summary>
    public static float[] ComputeMean(ReadOnlySpan<int> sum, SharedQuantization quantization, int contributors)
    {
        double scale = (double)quantization.Step / CohortDescription.FullWeight / contributors;
        float[] mean = new float[sum.Length];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = (float)(sum[i] * scale);
        }

        return mean;
    }
}
