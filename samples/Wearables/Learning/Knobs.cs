namespace Wearables.Learning;
internal static class Knobs
{
    public static float F(string n, float d) => float.TryParse(Environment.GetEnvironmentVariable(n), out float v) ? v : d;
    public static int I(string n, int d) => int.TryParse(Environment.GetEnvironmentVariable(n), out int v) ? v : d;
}
