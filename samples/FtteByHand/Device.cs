namespace FtteByHand;

/// <summary>Represents a device: runs a few steps of gradient descent on its own points, for the selected parameters only.</summary>
public static class Device
{
    public static float[] Train(float[] received, (double X, double Y)[] points, int[] selection)
    {
        float[] model = [.. received];
        for (int epoch = 0; epoch < 2; epoch++)
        {
            foreach ((double x, double y) in points)
            {
                double error = (model[0] * x) + (model[1] * x * x) + model[2] - y;
                double[] gradient = [error * x, error * x * x, error];
                foreach (int j in selection)
                {
                    model[j] -= (float)(0.05 * gradient[j]);
                }
            }
        }

        return model;
    }
}
