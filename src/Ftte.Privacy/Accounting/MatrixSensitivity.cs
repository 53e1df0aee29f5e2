namespace Ftte.Privacy;

/// <summary>Computes the sensitivity of any banded matrix, for mechanisms other than <see cref="BandedToeplitzMatrix"/>.</summary>
public static class MatrixSensitivity
{
    /// <summary>Computes the squared sensitivity: the largest squared L2 norm that the contributions of one client, each of norm 1, have after multiplication by the matrix.</summary>
    /// <param name="matrix">The matrix, lower triangular: one row per output, one column per version.</param>
    /// <param name="limits">The enforced limits. The matrix has at most as many bands as their separation, so that the columns of two contributions do not overlap.</param>
    /// <returns>The largest sum of the squared norms of columns that one client can contribute to.</returns>
    /// <exception cref="ArgumentException">The matrix is not square, is not lower triangular, has too many bands, or is not finite.</exception>
    public static double ComputeSquared(double[,] matrix, ParticipationLimits limits)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        int steps = matrix.GetLength(1);
        if (matrix.GetLength(0) != steps)
        {
            throw new ArgumentException($"The matrix has {matrix.GetLength(0)} rows and {steps} columns. Specify a square matrix.", nameof(matrix));
        }

        var squaredNorms = new double[steps];
        for (int row = 0; row < steps; row++)
        {
            for (int column = 0; column < steps; column++)
            {
                double value = matrix[row, column];
                if (!double.IsFinite(value) || (value != 0 && (column > row || row - column >= limits.MinSeparation)))
                {
                    throw new ArgumentException(
                        $"The value {value} in row {row} and column {column} is not finite, or is outside of the {limits.MinSeparation} bands from the diagonal down that the separation allows. Specify a banded matrix, or raise the separation.",
                        nameof(matrix));
                }

                squaredNorms[column] += value * value;
            }
        }

        return FindLargestSum(squaredNorms, limits);
    }

    /// <summary>Returns the largest sum of at most k values that are at least b apart, by dynamic programming over the number of values.</summary>
    private static double FindLargestSum(double[] values, ParticipationLimits limits)
    {
        // best[i + 1] is the largest sum among the first i + 1 values.
        var best = new double[values.Length + 1];
        for (int count = 0; count < limits.CountWithin(values.Length); count++)
        {
            double[] previous = best;
            best = new double[previous.Length];
            for (int i = 0; i < values.Length; i++)
            {
                best[i + 1] = Math.Max(best[i], values[i] + previous[Math.Max(0, i + 1 - limits.MinSeparation)]);
            }
        }

        return best[^1];
    }
}
