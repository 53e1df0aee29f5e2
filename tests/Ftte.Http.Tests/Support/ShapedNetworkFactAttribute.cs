namespace Ftte.Http.Tests;

/// <summary>A test that is skipped with a reason if the system has no <see cref="ShapedNetwork"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShapedNetworkFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(ShapedNetwork.FindObstacle);

    public ShapedNetworkFactAttribute() => Skip = Obstacle.Value;
}
