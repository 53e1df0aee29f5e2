namespace Ftte.Aggregation;

/// <summary>An update on its way into a buffer, after all checks.</summary>
/// <param name="Header">Whose it is.</param>
/// <param name="Selection">The coordinates that its values belong to.</param>
/// <param name="Roles">The pieces of its packed values.</param>
/// <param name="ExampleCount">n, capped.</param>
/// <param name="Weight">w, positive.</param>
/// <param name="Clip">What norm clipping leaves of the trainable values, in (0, 1].</param>
/// <param name="Norm">The norm of the trainable values, before clipping.</param>
/// <param name="StatisticClip">What norm clipping leaves of the statistics' steps, in (0, 1].</param>
/// <param name="StatisticNorm">The norm of the statistics' steps, before clipping.</param>
internal readonly record struct AdmittedUpdate(
    UpdateHeader Header,
    ParameterSelection Selection,
    PackedRoles Roles,
    int ExampleCount,
    double Weight,
    double Clip,
    double Norm,
    double StatisticClip,
    double StatisticNorm);
